using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;

namespace CodeAct.SystemTests.Conversations;

/// <summary>Events for tests of stores.</summary>
internal static class StoreLogs
{
    private static readonly DateTimeOffset _noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A run of one cell, a second from event to event.</summary>
    public static IReadOnlyList<LogEntry> Run(string task, string code = "6 * 7", string output = "42") => At(
        _noon,
        new RunStarted(task, ["a.csv"], "gguf:nano.gguf", "Be good."),
        new ReplyEnded($"Look.\n<execute>\n{code}\n</execute>", 12, 8, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)),
        new CellStarted(code),
        new CellOutput(new StreamText(StreamName.Stdout, output)),
        new CellFinished(new CellEnded(CellStatus.Ok, TimeSpan.FromSeconds(0.5), VariablesKept: true, null, []), output),
        new ReplyEnded($"It is {output}.", 20, 4, TimeSpan.Zero, TimeSpan.Zero),
        new RunEnded(StopReason.Answered, $"It is {output}.", new RunTotals(2, 1, 32, 12, TimeSpan.FromSeconds(2))));

    public static IReadOnlyList<LogEntry> At(DateTimeOffset first, params IReadOnlyList<AgentEvent> events) =>
        [.. events.Select((happened, index) => new LogEntry(first.AddSeconds(index), happened))];

    /// <summary>As they are after a round trip: half a character does not survive JSON.</summary>
    public static IEnumerable<string> Lines(this IEnumerable<LogEntry> entries) =>
        entries.Select(entry => LogJson.Write(LogJson.Read(LogJson.Write(entry))));

    public static async Task<List<string>> LinesAsync(this IConversationStore store, string id)
    {
        var stored = await store.ReadAsync(id, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(1, stored.Count).Select(number => (long)number), stored.Select(one => one.Number));
        return [.. stored.Select(one => LogJson.Write(one.Entry))];
    }

    public static async Task<string> AddAsync(this IConversationStore store, IReadOnlyList<LogEntry> entries, string owner = "")
    {
        var id = await store.BeginAsync(owner, TestContext.Current.CancellationToken);
        await store.AppendAsync(id, 0, entries, TestContext.Current.CancellationToken);
        return id;
    }
}
