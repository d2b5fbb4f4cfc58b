// Adds events to a conversation of each store at once until it is killed, and prints which store has acknowledged which number.
// Usage: CodeAct.Appender NAME SQLITE-FILE CONVERSATION POSTGRES-CONNECTION CONVERSATION
// It begins when a line comes on standard input; event n says "NAME n".
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Sql;

var time = TimeProvider.System;
var never = CancellationToken.None;
var name = args[0];
await using var sqlite = await SqlConversationStore.OpenAsync(await SqliteDatabase.OpenAsync(args[1], never), time, never);
await using var postgres = await SqlConversationStore.OpenAsync(await PostgresDatabase.OpenAsync(args[3], never), time, never);
Console.WriteLine("ready");
if (Console.ReadLine() is not null)
{
    await Task.WhenAll(AppendAsync("sqlite", sqlite, args[2]), AppendAsync("postgres", postgres, args[4]));
}

async Task AppendAsync(string database, IConversationStore store, string id)
{
    await Task.Yield(); // SQLite's calls do not
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
            Console.WriteLine($"{database} {last}");
        }
        catch (ConversationConflictException conflict)
        {
            last = conflict.Last; // what the one before had sent off when it was killed
        }
    }
}
