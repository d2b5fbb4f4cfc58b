using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Actions;
using CodeAct.Python;
using static CodeAct.Telemetry.Instruments;

namespace CodeAct.Telemetry;

/// <summary>Makes each cell a span, and each call of its tools one below it.</summary>
internal sealed class TracedSession : IPythonSession
{
    private static readonly HashSet<string> _exceptions =
    [
        "ArithmeticError", "AssertionError", "AttributeError", "EOFError", "FileExistsError", "FileNotFoundError", "ImportError",
        "IndentationError", "IndexError", "IsADirectoryError", "KeyError", "KeyboardInterrupt", "LookupError", "MemoryError",
        "ModuleNotFoundError", "NameError", "NotImplementedError", "OSError", "OverflowError", "PermissionError", "RecursionError",
        "RuntimeError", "StopIteration", "SyntaxError", "SystemExit", "TabError", "TimeoutError", "ToolError", "ToolRefused",
        "TypeError", "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError", "ValueError", "ZeroDivisionError",
    ];

    private readonly IPythonSession _inner;
    private readonly TelemetryOptions _options;

    public TracedSession(IPythonSession inner, TelemetryOptions options)
    {
        (_inner, _options) = (inner, options);
        Tools = inner.Tools;
    }

    public Workspace Workspace => _inner.Workspace;

    public SessionCapabilities Capabilities => _inner.Capabilities;

    public IToolHost? Tools
    {
        get => _inner.Tools;
        set => _inner.Tools = value is null or TracedTools ? value : new TracedTools(value, _options);
    }

    public IReadOnlyList<Checkpoint> Checkpoints => _inner.Checkpoints;

    public long CheckpointBytes => _inner.CheckpointBytes;

    public async IAsyncEnumerable<CellEvent> RunAsync(Cell cell, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var span = new ToolSpan(ExecuteCode, _options.Time);
        var shown = _options.IncludeContent ? new List<CellEvent>() : null;
        string? raised = null;
        await foreach (var happened in Under(span.Activity, _inner.RunAsync(cell, cancellationToken), cancellationToken))
        {
            shown?.Add(happened);
            raised = (happened as PythonError)?.Name ?? raised;
            if (happened is CellEnded ended)
            {
                var status = JsonNamingPolicy.SnakeCaseLower.ConvertName(ended.Status.ToString());
                span.Activity?.SetTag(Tags.CellStatus, status).SetTag(Tags.VariablesKept, ended.VariablesKept);
                span.End(ended.Status is CellStatus.Ok ? null : ended.Status is CellStatus.Raised ? Known(raised) : status);
                if (shown is not null)
                {
                    span.Activity?
                        .SetTag(Tags.Arguments, new JsonObject { ["code"] = cell.Code }.ToJsonString())
                        .SetTag(Tags.Result, ObservationText.Of(shown));
                }
            }

            yield return happened;
        }
    }

    public void Interrupt() => _inner.Interrupt();

    public Task SetVariableAsync(string name, JsonNode? value, CancellationToken cancellationToken) =>
        _inner.SetVariableAsync(name, value, cancellationToken);

    public Task<IReadOnlyList<Variable>> VariablesAsync(CancellationToken cancellationToken) => _inner.VariablesAsync(cancellationToken);

    public Task<TAnswer> AskAsync<TAnswer>(CodeQuestion<TAnswer> question, CancellationToken cancellationToken) =>
        _inner.AskAsync(question, cancellationToken);

    public Task RestartAsync(CancellationToken cancellationToken) => _inner.RestartAsync(cancellationToken);

    public Task<Checkpoint> CheckpointAsync(CancellationToken cancellationToken) => _inner.CheckpointAsync(cancellationToken);

    public Task RollbackAsync(Checkpoint checkpoint, CancellationToken cancellationToken) =>
        _inner.RollbackAsync(checkpoint, cancellationToken);

    public async Task<IPythonSession> ForkAsync(Checkpoint? checkpoint, CancellationToken cancellationToken) =>
        new TracedSession(await _inner.ForkAsync(checkpoint, cancellationToken), _options);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    // A class that the code has made up itself would be a label of its own in every metric.
    private static string Known(string? raised) => raised is not null && _exceptions.Contains(raised) ? raised : "raised";

    // What is current is forgotten at each yield, so it is set again before each step.
    private static async IAsyncEnumerable<CellEvent> Under(
        Activity? span, IAsyncEnumerable<CellEvent> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = source.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            if (span is not null)
            {
                Activity.Current = span;
            }

            if (!await items.MoveNextAsync())
            {
                yield break;
            }

            yield return items.Current;
        }
    }
}
