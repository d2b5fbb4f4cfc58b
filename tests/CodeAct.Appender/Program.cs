// Adds events to a conversation until it is killed, and prints the number of each that is acknowledged.
// Usage: CodeAct.Appender sqlite|postgres FILE-OR-CONNECTION CONVERSATION NAME
// It begins when a line comes on standard input; event n says "NAME n".
using CodeAct.Agents;
using CodeAct.Conversations;

var time = TimeProvider.System;
var never = CancellationToken.None;
IConversationStore store = args[0] == "sqlite"
    ? await SqliteConversationStore.OpenAsync(args[1], time, never)
    : await PostgresConversationStore.OpenAsync(args[1], time, never);
var (id, name) = (args[2], args[3]);
var warm = await store.BeginAsync(never); // what is compiled at first use is compiled before the clock runs
for (var number = 0L; number < 3; number++)
{
    await store.AppendAsync(warm, number, [new LogEntry(time.GetUtcNow(), new ModelText("warm"))], never);
    await store.GetAsync(id, never);
}

Console.WriteLine("ready");
if (Console.ReadLine() is null)
{
    return;
}

var last = (await store.GetAsync(id, never)).Events;
while (true)
{
    var count = 1 + (last % 3);
    var entries = Enumerable.Range(1, (int)count)
        .Select(next => new LogEntry(time.GetUtcNow(), new ModelText($"{name} {last + next}")))
        .ToArray();
    try
    {
        last = await store.AppendAsync(id, last, entries, never);
        Console.WriteLine(last);
    }
    catch (ConversationConflictException conflict)
    {
        last = conflict.Last; // what the one before had sent off when it was killed
    }
}
