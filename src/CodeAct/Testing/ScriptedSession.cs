using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.Testing;

/// <summary>A session without an interpreter: it answers each cell from a script of code and events.</summary>
/// <remarks>
/// Code is compared without the white space around it. One script may be used any number of times; a second script for the
/// same code replaces the first. Not for use from several threads while scripts are being added.
/// </remarks>
/// <param name="time">Measures the limit and the duration of cells.</param>
public sealed class ScriptedSession(TimeProvider time) : IPythonSession
{
    private readonly Dictionary<string, Script> _scripts = [];
    private readonly List<Cell> _cells = [];
    private readonly Dictionary<string, JsonNode?> _variables = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private TaskCompletionSource? _interrupted;

    private sealed record Script(IReadOnlyList<CellEvent> Events, bool Endless);

    /// <summary>The cells that were run, in order, those that found no script included.</summary>
    public IReadOnlyList<Cell> Cells => _cells;

    /// <summary>The variables that were set.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Variables => _variables;

    /// <inheritdoc/>
    public IToolHost? Tools { get; set; }

    /// <summary>What <see cref="VariablesAsync"/> gives; none unless told.</summary>
    public IReadOnlyList<Variable> Described { get; set; } = [];

    /// <inheritdoc/>
    public Task<IReadOnlyList<Variable>> VariablesAsync(CancellationToken cancellationToken) => Task.FromResult(Described);

    /// <inheritdoc/>
    /// <returns>The empty answer: there is no interpreter.</returns>
    public Task<TAnswer> AskAsync<TAnswer>(CodeQuestion<TAnswer> question, CancellationToken cancellationToken) =>
        Task.FromResult(question.None);

    /// <inheritdoc/>
    public Workspace Workspace { get; } = Workspace.Create();

    /// <inheritdoc/>
    public SessionCapabilities Capabilities { get; } = new()
    {
        Sandboxed = true,
        Limits = true,
        EndsProcesses = true,
        Checkpoints = false,
    };

    /// <summary>How often it was restarted.</summary>
    public int Restarts { get; private set; }

    /// <inheritdoc/>
    public Task RestartAsync(CancellationToken cancellationToken)
    {
        Restarts++;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Checkpoint> Checkpoints => [];

    /// <inheritdoc/>
    public long CheckpointBytes => 0;

    /// <inheritdoc/>
    /// <exception cref="CheckpointException">Always.</exception>
    public Task<Checkpoint> CheckpointAsync(CancellationToken cancellationToken) => throw NoState();

    /// <inheritdoc/>
    /// <exception cref="CheckpointException">Always.</exception>
    public Task RollbackAsync(Checkpoint checkpoint, CancellationToken cancellationToken) => throw NoState();

    /// <inheritdoc/>
    /// <exception cref="CheckpointException">Always.</exception>
    public Task<IPythonSession> ForkAsync(Checkpoint? checkpoint, CancellationToken cancellationToken) => throw NoState();

    /// <summary>Answers <paramref name="code"/> with <paramref name="events"/>.</summary>
    /// <param name="code">The whole source of the cell.</param>
    /// <param name="events">
    /// What it shows. Without a <see cref="CellEnded"/> at the end one is added: Raised after a <see cref="PythonError"/>, else Ok.
    /// </param>
    public ScriptedSession On(string code, params IReadOnlyList<CellEvent> events)
    {
        _scripts[code.Trim()] = new Script(events, Endless: false);
        return this;
    }

    /// <summary>Answers <paramref name="code"/> with <paramref name="events"/> and then runs until interrupted or out of time.</summary>
    public ScriptedSession OnEndless(string code, params IReadOnlyList<CellEvent> events)
    {
        _scripts[code.Trim()] = new Script(events, Endless: true);
        return this;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no script for this code.</exception>
    public async IAsyncEnumerable<CellEvent> RunAsync(
        Cell cell, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _cells.Add(cell);
            var script = _scripts.GetValueOrDefault(cell.Code.Trim())
                ?? throw new InvalidOperationException($"No script for this cell; add one with On(code, events):\n{cell.Code}");
            var started = time.GetTimestamp();
            var interrupted = _interrupted = new TaskCompletionSource();
            CellEvent? last = null;
            var raised = false;
            foreach (var shown in script.Events)
            {
                raised |= shown is PythonError;
                yield return last = shown;
            }

            if (last is CellEnded)
            {
                yield break;
            }

            var status = script.Endless ? await EndOfEndlessAsync(interrupted.Task, cell.Timeout, cancellationToken)
                : raised ? CellStatus.Raised : CellStatus.Ok;
            yield return new CellEnded(status, time.GetElapsedTime(started), VariablesKept: true, ReasonFor(status, cell), []);
        }
        finally
        {
            _interrupted = null;
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Interrupt() => _interrupted?.TrySetResult();

    /// <inheritdoc/>
    public Task SetVariableAsync(string name, JsonNode? value, CancellationToken cancellationToken)
    {
        _variables[name] = value;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Workspace.Dispose();
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<CellStatus> EndOfEndlessAsync(Task interrupted, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await interrupted.WaitAsync(limit, time, cancellationToken);
            return CellStatus.Interrupted;
        }
        catch (TimeoutException)
        {
            return CellStatus.TimedOut;
        }
    }

    private static string? ReasonFor(CellStatus status, Cell cell) => status switch
    {
        CellStatus.Ok or CellStatus.Raised => null,
        CellStatus.Interrupted => "The cell was interrupted; its variables are kept.",
        CellStatus.TimedOut => $"The cell ran longer than {cell.Timeout.TotalSeconds:0.###} s and was interrupted; its variables are kept.",
        _ => throw new UnreachableException(),
    };

    private static CheckpointException NoState() => new("A scripted session has no state that could be kept.");
}
