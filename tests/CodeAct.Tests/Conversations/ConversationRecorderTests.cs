using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Sql;
using CodeAct.Python;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.Tests.Conversations;

public sealed class ConversationRecorderTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-recorder-").FullName;

    /// <summary>One of each, with every field filled.</summary>
    private static readonly IReadOnlyList<AgentEvent> _all =
    [
        new RunStarted("6 * 7? é \"<b>\"", ["a.csv"], "gguf:nano.gguf", "Be good."),
        new ReplyEnded("Look.\n<execute>\n6 * 7\n</execute>", 12, 8, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)),
        new ReplyRejected("Your reply was empty."),
        new CellStarted("6 * 7"),
        new CellOutput(new InterpreterRestarted("it crashed")),
        new CellOutput(new StreamText(StreamName.Stderr, "warning\n", FromEarlierCell: true)),
        new CellOutput(new PythonError("KeyError", "'x'", "KeyError: 'x'")),
        new CellFinished(
            new CellEnded(CellStatus.TimedOut, TimeSpan.FromSeconds(1.5), VariablesKept: true, "too long", []), "warning"),
        new RunEnded(StopReason.Answered, "42", new RunTotals(2, 1, 20, 10, TimeSpan.FromSeconds(3))),
    ];

    private string StoreFile => Path.Combine(_directory, "conversations.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_is_written_is_read_back_in_order_with_its_time()
    {
        await WriteAsync(_all);

        var entries = await ReadAsync();

        Assert.Equal([.. _all.Select(LogText)], [.. entries.Select(entry => LogText(entry.Event))]);
        Assert.All(entries, entry => Assert.Equal(_time.GetUtcNow(), entry.At));
        Assert.Equal(_all.Where(happened => happened is not (RunStarted or CellFinished)),
            entries.Select(entry => entry.Event).Where(happened => happened is not (RunStarted or CellFinished)));
    }

    [Fact]
    public void The_format_is_the_one_of_version_1_and_can_be_read()
    {
        string[] lines = [.. Displays(), .. _all.Select(LogText)];

        Golden.Match(string.Join('\n', lines) + "\n", "log-v1");
        Assert.Equal(lines, lines.Select(line => LogJson.Write(LogJson.Read(line))));
    }

    [Fact]
    public async Task Streamed_text_is_written_once_with_its_reply_and_alone_only_when_the_reply_broke_off()
    {
        await WriteAsync(
        [
            new ModelText("4"), new ModelText("2"), new ReplyEnded("42", 1, 2, default, default),
            new ModelText("I "), new ModelText("think"), new RunEnded(StopReason.Interrupted, null, new RunTotals(1, 0, 1, 2, default)),
        ]);

        Assert.Equal(
            [typeof(ReplyEnded), typeof(ModelText), typeof(RunEnded)], (await ReadAsync()).Select(entry => entry.Event.GetType()));
        Assert.Equal(new ModelText("I think"), (await ReadAsync())[1].Event);
    }

    [Fact]
    public async Task What_a_cell_shows_is_not_waited_for_but_all_of_it_is_written_in_order()
    {
        var shown = Enumerable.Range(0, 3000).Select(number => new CellOutput(new StreamText(StreamName.Stdout, $"{number}\n")));

        await WriteAsync([.. shown, new CellStarted("1")]);

        Assert.Equal([.. shown, new CellStarted("1")], (await ReadAsync()).Select(entry => entry.Event));
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_while_the_recorder_is_still_at_work()
    {
        await using var store = await OpenAsync();
        var id = await store.BeginAsync("", Cancel);
        await using var recorder = new ConversationRecorder(store, id, 0, _time);

        await recorder.AddAsync(_all[0], Cancel);

        Assert.Equal(1, (await store.GetAsync(id, Cancel)).Events);
    }

    [Fact]
    public async Task A_listener_has_been_told_all_events_in_order_and_as_they_are_kept_when_an_event_is_acknowledged()
    {
        await using var store = await OpenAsync();
        var id = await store.BeginAsync("", Cancel);
        var told = new List<StoredEvent>();
        await using var recorder = new ConversationRecorder(store, id, 0, _time, told.Add);

        foreach (var happened in _all)
        {
            await recorder.AddAsync(happened, Cancel);
            if (happened is not CellOutput)
            {
                Assert.Equal(await store.ReadAsync(id, Cancel).Select(Text).ToListAsync(Cancel), told.Select(Text));
            }
        }

        Assert.Equal(_all.Count, told.Count);
        static (long, string) Text(StoredEvent stored) => (stored.Number, LogJson.Write(stored.Entry));
    }

    [Fact]
    public async Task A_second_writer_is_told_of_the_first_and_again_when_it_goes_on()
    {
        await using var store = await OpenAsync();
        var id = await store.BeginAsync("", Cancel);
        await using (var first = new ConversationRecorder(store, id, 0, _time))
        {
            await first.AddAsync(_all[0], Cancel);
        }

        var second = new ConversationRecorder(store, id, 0, _time);
        await Assert.ThrowsAsync<ConversationConflictException>(() => second.AddAsync(_all[0], Cancel));
        await Assert.ThrowsAsync<ConversationConflictException>(() => second.AddAsync(_all[0], Cancel));
        await Assert.ThrowsAsync<ConversationConflictException>(async () => await second.DisposeAsync());
    }

    [Fact]
    public void A_line_that_is_none_and_one_of_the_future_are_refused()
    {
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => LogJson.Read("category,price"));
        var future = LogText(new CellStarted("1")).Replace("\"v\":1", "\"v\":2");
        Assert.Contains("version 2", Assert.Throws<NotSupportedException>(() => LogJson.Read(future)).Message);
    }

    private string LogText(AgentEvent happened) => LogJson.Write(new LogEntry(_time.GetUtcNow(), happened));

    private IEnumerable<string> Displays()
    {
        var picture = new MimeBundle(new Dictionary<string, string> { ["image/png"] = "iVBO", ["text/plain"] = "<Figure>" });
        var ended = new CellEnded(CellStatus.Ok, TimeSpan.FromSeconds(0.1), true, null, ["plot.png"]);
        yield return LogText(new ModelText("Loo"));
        yield return LogText(new CellOutput(new DisplayData(picture)));
        yield return LogText(new CellOutput(new ExecuteResult(picture)));
        yield return LogText(new CellFinished(ended, "[image]\n[files: plot.png]"));
        yield return LogText(new CellOutput(new ToolCalled(1, "pay", "{\"to\":\"x\"}")));
        yield return LogText(new CellOutput(new ToolReturned(1, "pay", null, "no", default) { Kind = ToolFailureKind.Refused }));
        yield return LogText(new CellOutput(new ToolReturned(2, "fetch", "\"AA==\"", null, default) { Bytes = true }));
        yield return LogText(new InterpreterRebuilt([1, 3], ["Cell 2 was not run again."]));
        yield return LogText(new RunEnded(StopReason.CellLimit, null, new RunTotals(1, 1, 0, 0, default)));
    }

    private async Task WriteAsync(IEnumerable<AgentEvent> events)
    {
        await using var store = await OpenAsync();
        await using var recorder = new ConversationRecorder(store, await store.BeginAsync("", Cancel), 0, _time);
        foreach (var happened in events)
        {
            await recorder.AddAsync(happened, Cancel);
        }
    }

    private async Task<List<LogEntry>> ReadAsync()
    {
        await using var store = await OpenAsync();
        var id = Assert.Single(await store.FindAsync(new ConversationQuery("", 9), Cancel)).Id;
        return await store.ReadAsync(id, Cancel).Select(stored => stored.Entry).ToListAsync(Cancel);
    }

    private async Task<SqlConversationStore> OpenAsync() => await SqlConversationStore.OpenAsync(
        await SqliteDatabase.OpenAsync(StoreFile, Cancel), _time, Cancel);
}
