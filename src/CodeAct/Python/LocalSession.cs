using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace CodeAct.Python;

/// <summary>A session in workers of this machine.</summary>
internal sealed partial class LocalSession(
    PythonEngine engine, Workspace workspace, SessionPlan plan, Worker first, int ran, IReadOnlyDictionary<string, JsonNode?> variables)
    : IPythonSession
{
    private static readonly TimeSpan _goodbye = TimeSpan.FromSeconds(2); // the kernel needs that for some GB of memory
    private static readonly TimeSpan _parting = TimeSpan.FromMilliseconds(50); // a fork bomb may go on: the next cell sees to it

    private const int MostLate = 1000;
    private const string Rejected = "The interpreter was killed because its code wrote to the engine's own socket";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, JsonNode?> _variables = new(variables); // set again in a fresh interpreter
    private readonly List<CellEvent> _late = []; // what came between cells
    private Worker? _worker = first;
    private InterruptLadder? _ladder;
    private string _death = ""; // what the last interpreter died of
    private uint _cell;
    private int _disposed;

    public Workspace Workspace => workspace;

    public SessionCapabilities Capabilities => engine.Capabilities;

    public async IAsyncEnumerable<CellEvent> RunAsync(Cell cell, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = engine.Options.Time.GetTimestamp(); // one deadline for the queue, the interpreter's return and the run
        if (!await EnterAsync(cell.Timeout, cancellationToken))
        {
            yield return NotRun(cell, "the session was busy with an earlier one");
            yield break;
        }

        var opening = Task.FromResult<IReadOnlyList<CellEvent>>([]);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed == 1, this);
            if (Refusal() is { } refusal)
            {
                yield return refusal;
                yield break;
            }

            opening = OpenAsync(cancellationToken);
            if (!await IsOverAsync(opening, Left(cell, started)))
            {
                yield return NotRun(cell, "the interpreter was coming back after its death");
                yield break;
            }

            foreach (var shown in await opening)
            {
                yield return shown;
            }

            await ProtectAsync();
            await foreach (var shown in RunInAsync(_worker!, cell, started, cancellationToken))
            {
                yield return shown;
            }
        }
        finally
        {
            _ladder = null;
            _ = LeaveAsync(opening);
        }
    }

    public void Interrupt() => _ladder?.Start(StopCause.Interrupt);

    public async Task SetVariableAsync(string name, JsonNode? value, CancellationToken cancellationToken)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(letter => letter == '_' || char.IsLetterOrDigit(letter)))
        {
            throw new ArgumentException($"'{name}' cannot name a Python variable; use letters, digits and underscores.", nameof(name));
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed == 1, this);
            _variables[name] = value?.DeepClone();
            if (_worker is { Exit.IsCompleted: false } worker)
            {
                await AssignAsync(worker, name, value);
            }
        }
        finally
        {
            _turn.Release();
            Rest();
        }
    }

    public async ValueTask DisposeAsync()
    {
        var isFirst = Interlocked.Exchange(ref _disposed, 1) == 0;
        _worker?.Send(Libc.Kill); // a running cell ends at once, and with it the turn
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (isFirst)
            {
                await EndAsync();
                ForgetCheckpoints();
                _idle?.Dispose();
                _unused?.Dispose();
                _watch?.Dispose();
                engine.Forget(this);
                workspace.Dispose();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Runs a cell in a worker that is there: what it shows, and how it ends.</summary>
    private async IAsyncEnumerable<CellEvent> RunInAsync(
        Worker worker, Cell cell, long started, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await TellToolsAsync(worker);
        var tools = new ToolBridge(worker, Tools, cell, ++_cell, workspace, engine.Options);
        var reader = new CellReader(_cell, tools);
        using var ladder = _ladder = new InterruptLadder(
            worker, Left(cell, started), engine.Options.InterruptGrace, engine.Options.Time);
        using var budget = new CellBudget(cell, plan.Limits, ladder, () => _processes.ProcessorTime(worker), engine.Options.Time);
        tools.Clocks = new Waits(
            stop: () =>
            {
                ladder.Hold();
                budget.Hold();
            },
            go: () =>
            {
                ladder.Release();
                budget.Release();
            });
        _watch?.Start(worker, ladder);
        await using var cancellation = cancellationToken.Register(() =>
        {
            ladder.Start(StopCause.Cancellation);
            tools.Stop();
        });
        var shown = new List<CellEvent>();
        try
        {
            await SendAsync(worker, cell.Silent ? FrameKind.RunSilently : FrameKind.Run, Encoding.UTF8.GetBytes(cell.Code));
            for (var more = true; more;)
            {
                shown.Clear();
                more = await TakeAsync(worker, reader, shown);
                foreach (var next in shown.Where(budget.Admits))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return next;
                }

                await budget.PaceAsync();
            }
        }
        finally
        {
            tools.Stop();
            await StopAsync(worker, reader, ladder, budget);
            _watch?.Stop();
            await tools.DisposeAsync();
        }

        shown.Clear();
        tools.Drain(shown);
        foreach (var next in shown)
        {
            yield return next;
        }

        cancellationToken.ThrowIfCancellationRequested();
        yield return Outcome(reader, ladder, budget, started);
    }

    /// <summary>Sees to a live interpreter and gives what is to be shown before the cell.</summary>
    private async Task<IReadOnlyList<CellEvent>> OpenAsync(CancellationToken cancellationToken)
    {
        if (_worker is { } present)
        {
            Collect(present, new CellReader(_cell + 1), _late, early: true);
            if (present.Ended || present.Exit.IsCompleted)
            {
                await DeathAsync(present, ladder: null, budget: null);
            }
        }

        InterpreterRestarted? restarted = null;
        if (_worker is null)
        {
            restarted = await ReviveAsync(cancellationToken);
            foreach (var (name, value) in _variables)
            {
                await AssignAsync(_worker!, name, value);
            }
        }

        CellEvent[] opening = restarted is null ? [.. _late] : [restarted, .. _late];
        _late.Clear();
        return opening;
    }

    /// <summary>Waits for the next output and takes it; false when it is the last of the cell.</summary>
    private static async Task<bool> TakeAsync(Worker worker, CellReader reader, List<CellEvent> into, bool early = false)
    {
        var isOver = reader.Done || worker.Ended;
        if (!isOver)
        {
            await worker.WaitAsync();
        }

        Collect(worker, reader, into, early); // after the worker's last word, what is in the pipes still belongs to the cell
        return !isOver;
    }

    private static void Collect(Worker worker, CellReader reader, List<CellEvent> into, bool early)
    {
        var frames = new List<Frame>();
        worker.Take(frames);
        reader.Drain(into);
        try
        {
            foreach (var frame in frames)
            {
                if (reader.Read(frame, early) is { } shown)
                {
                    into.Add(shown);
                }
            }
        }
        catch (InvalidDataException)
        {
            worker.Reject();
        }
    }

    /// <summary>Makes sure that the cell is over, also when the caller has stopped reading its events.</summary>
    private async Task StopAsync(Worker worker, CellReader reader, InterruptLadder ladder, CellBudget budget)
    {
        if (!reader.Done && !worker.Ended)
        {
            ladder.Start(StopCause.Interrupt);
        }

        while (!reader.Done && !worker.Ended)
        {
            await TakeAsync(worker, reader, into: []);
        }

        ladder.Dispose();
        _unkept += reader.Ran;
        if (!reader.Done)
        {
            await DeathAsync(worker, ladder, budget);
        }
    }

    /// <summary>Takes leave of a dead worker and notes what it died of.</summary>
    private async Task DeathAsync(Worker worker, InterruptLadder? ladder, CellBudget? budget)
    {
        WorkerExit? exit = null;
        try
        {
            worker.Send(Libc.Kill); // it may have hung up and live on
            exit = ladder is { Killed: true } ? null : await worker.Exit.WaitAsync(_goodbye, engine.Options.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
        }

        await _processes.EndOrphansAsync(worker, _parting, engine.Options.Time);
        worker.Dispose();
        _worker = null;
        _death = ladder is { Killed: true } ? KilledBecause(ladder, budget)
            : worker.IsRejected ? Rejected
            : OutOfMemory(exit) ?? Because(exit);
    }

    private static string Because(WorkerExit? exit) => exit switch
    {
        null => "The interpreter is gone",
        { Signal: "SIGKILL" } => "The interpreter was killed by SIGKILL: by its own code, or because the machine's memory ran out",
        { Signal: "SIGSEGV" } => "The interpreter crashed (SIGSEGV, a fault in native code)",
        { Signal: { } signal } => $"The interpreter was killed by {signal}",
        { Code: var code } => $"The interpreter ended itself with exit code {code}",
    };

    private async Task AssignAsync(Worker worker, string name, JsonNode? value)
    {
        var reader = new CellReader(++_cell);
        var (grace, time) = (engine.Options.InterruptGrace, engine.Options.Time);
        using var ladder = new InterruptLadder(worker, _answerWithin, grace, time); // code of the session can keep it from answering
        var assignment = new JsonObject { ["name"] = name, ["value"] = value?.DeepClone() };
        await SendAsync(worker, FrameKind.SetVariable, Encoding.UTF8.GetBytes(assignment.ToJsonString()));
        await LateUntilAsync(reader, worker);
    }

    /// <summary>Waits for what is done between cells; what is shown meanwhile comes with the next one.</summary>
    private async Task LateUntilAsync(CellReader reader, Worker worker)
    {
        while (!reader.Done && !worker.Ended)
        {
            await TakeAsync(worker, reader, _late, early: true);
            _late.RemoveRange(0, Math.Max(0, _late.Count - MostLate)); // and flood instead
        }
    }

    private async Task SendAsync(Worker worker, byte kind, ReadOnlyMemory<byte> payload)
    {
        try
        {
            await worker.SendAsync(kind, _cell, payload, CancellationToken.None);
        }
        catch (SocketException)
        {
            worker.Wake(); // it is gone, and whoever reads next will find that
        }
    }
}
