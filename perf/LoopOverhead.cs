using System.Diagnostics;
using System.Text.Json.Nodes;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Sql;
using CodeAct.Models;
using CodeAct.Python;
using CodeAct.Testing;
using Microsoft.Extensions.AI;

namespace CodeAct.Perf;

/// <summary>What a turn costs that is neither the model nor Python: the loop itself, and writing its events to SQLite for good.</summary>
internal static class LoopOverhead
{
    private const int Warmup = 20; // turns
    private const int Turns = 200;

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("codeact-perf-").FullName, "conversations.db");
        try
        {
            await using var store = await SqlConversationStore.OpenAsync(
                await SqliteDatabase.OpenAsync(file, cancellationToken), TimeProvider.System, cancellationToken);
            var kept = await MeasureAsync(engines.Session, store, cancellationToken);
            var loop = await MeasureAsync(engines.Session, null, cancellationToken);
            report.Add(
                "a turn without model and Python, events kept in SQLite",
                Units.Milliseconds,
                [Target.AtMost(2)],
                (Columns.CodeAct, kept));
            report.Add("the same, kept nowhere", Units.Milliseconds, [], (Columns.CodeAct, loop));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    /// <summary>Milliseconds of each turn, from the end of the cell before to the end of its own.</summary>
    private static async Task<Sample> MeasureAsync(
        IPythonSession session, SqlConversationStore? store, CancellationToken cancellationToken)
    {
        var spent = new Spent();
        var replies = Enumerable.Range(0, Warmup + Turns)
            .Select(turn => $"I look at number {turn}, as was asked.\n<execute>\nx = {turn}\nprint(x)\n</execute>");
        using var model = new Model("scripted:model", new TimedClient(new ScriptedModel([.. replies, "Done."]), spent));
        var limits = new AgentOptions { MaxTurns = Warmup + Turns + 1, MaxCells = Warmup + Turns };
        var agent = new Agent(model, limits, TimeProvider.System);
        await using var recorder = store is null ? null : new ConversationRecorder(
            store, await store.BeginAsync(owner: "", cancellationToken), 0, TimeProvider.System);
        var times = new List<double>();
        var began = Stopwatch.GetTimestamp();
        await foreach (var happened in agent.RunAsync(new Conversation(new TimedSession(session, spent)), "Count.", cancellationToken))
        {
            if (recorder is not null)
            {
                await recorder.AddAsync(happened, cancellationToken);
            }

            if (happened is CellFinished)
            {
                var now = Stopwatch.GetTimestamp();
                times.Add(Stopwatch.GetElapsedTime(began, now).TotalMilliseconds - spent.Take().TotalMilliseconds);
                began = now;
            }
        }

        return new Sample([.. times.Skip(Warmup)]);
    }

    /// <summary>Time that the model and Python took.</summary>
    private sealed class Spent
    {
        private TimeSpan _time;

        public TimeSpan Take()
        {
            var time = _time;
            _time = TimeSpan.Zero;
            return time;
        }

        public async IAsyncEnumerable<T> OnAsync<T>(IAsyncEnumerable<T> source)
        {
            await using var items = source.GetAsyncEnumerator(CancellationToken.None);
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                var more = await items.MoveNextAsync();
                _time += Stopwatch.GetElapsedTime(began);
                if (!more)
                {
                    yield break;
                }

                yield return items.Current;
            }
        }
    }

    private sealed class TimedClient(IChatClient inner, Spent spent) : DelegatingChatClient(inner)
    {
        public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            spent.OnAsync(base.GetStreamingResponseAsync(messages, options, cancellationToken));
    }

    private sealed class TimedSession(IPythonSession inner, Spent spent) : IPythonSession
    {
        public Workspace Workspace => inner.Workspace;

        public SessionCapabilities Capabilities => inner.Capabilities;

        public IToolHost? Tools
        {
            get => inner.Tools;
            set => inner.Tools = value;
        }

        public IReadOnlyList<Checkpoint> Checkpoints => inner.Checkpoints;

        public long CheckpointBytes => inner.CheckpointBytes;

        public IAsyncEnumerable<CellEvent> RunAsync(Cell cell, CancellationToken cancellationToken) =>
            spent.OnAsync(inner.RunAsync(cell, cancellationToken));

        public void Interrupt() => inner.Interrupt();

        public Task SetVariableAsync(string name, JsonNode? value, CancellationToken cancellationToken) =>
            inner.SetVariableAsync(name, value, cancellationToken);

        public Task<IReadOnlyList<Variable>> VariablesAsync(CancellationToken cancellationToken) => inner.VariablesAsync(cancellationToken);

        public Task<TAnswer> AskAsync<TAnswer>(CodeQuestion<TAnswer> question, CancellationToken cancellationToken) =>
            inner.AskAsync(question, cancellationToken);

        public Task RestartAsync(CancellationToken cancellationToken) => inner.RestartAsync(cancellationToken);

        public Task<Checkpoint> CheckpointAsync(CancellationToken cancellationToken) => inner.CheckpointAsync(cancellationToken);

        public Task RollbackAsync(Checkpoint checkpoint, CancellationToken cancellationToken) =>
            inner.RollbackAsync(checkpoint, cancellationToken);

        public Task<IPythonSession> ForkAsync(Checkpoint? checkpoint, CancellationToken cancellationToken) =>
            inner.ForkAsync(checkpoint, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
