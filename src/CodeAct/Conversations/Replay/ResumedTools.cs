using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations.Replay;

/// <summary>
/// The tools while a cell runs again that waited for an approval: what was answered is answered from the log, the calls that wait
/// go to the tools, and so does what comes after them. Nothing is called a second time.
/// </summary>
internal sealed class ResumedTools : IToolHost
{
    private readonly IToolHost? _tools;
    private readonly Lock _gate = new(); // guards what follows
    private readonly List<(ToolCalled Call, ToolReturned? Answer)> _made = []; // not yet asked for
    private readonly List<(string Tool, string Arguments)> _waiting;
    private readonly List<string> _differences = [];

    /// <param name="shown">What the cell showed until it was cut off.</param>
    /// <param name="requests">The calls that wait.</param>
    /// <param name="tools">Where they go.</param>
    public ResumedTools(IReadOnlyList<CellEvent> shown, IReadOnlyList<ApprovalRequested> requests, IToolHost? tools)
    {
        _tools = tools;
        _waiting = [.. requests.Select(request => (request.Tool, request.Arguments))];
        var answers = shown.OfType<ToolReturned>().ToDictionary(returned => returned.Call);
        var waiting = requests.Select(request => request.Call).ToHashSet();
        _made.AddRange(shown.OfType<ToolCalled>()
            .Where(call => !waiting.Contains(call.Call))
            .Select(call => (call, answers.GetValueOrDefault(call.Call))));
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Definitions => _tools?.Definitions ?? "[]"u8.ToArray();

    /// <summary>How the calls differed from the recorded ones, once the cell is over.</summary>
    public IReadOnlyList<string> Differences()
    {
        lock (_gate)
        {
            return
            [
                .. _differences,
                .. _made.Select(one => $"The cell did not call {one.Call.Name}({one.Call.Arguments}) again."),
                .. _waiting.Select(one => $"The cell did not come to the call that waited, {one.Tool}({one.Arguments})."),
            ];
        }
    }

    /// <inheritdoc/>
    public Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken) =>
        FromLog(wanted) is { } answer
            ? Task.FromResult(answer)
            : _tools?.CallAsync(wanted, cancellationToken) ?? Task.FromResult<ToolAnswer>(Refused("this session has no tools"));

    private ToolAnswer? FromLog(ToolCall wanted)
    {
        lock (_gate)
        {
            var made = _made.FindIndex(one => one.Call.Name == wanted.Name && RecordedTools.Same(one.Call.Arguments, wanted.Arguments));
            if (made >= 0)
            {
                var (call, answer) = _made[made];
                _made.RemoveAt(made);
                return answer is not null ? RecordedTools.Answer(answer) : Unknown(call);
            }

            var waits = _waiting.FindIndex(one => one.Tool == wanted.Name && RecordedTools.Same(one.Arguments, wanted.Arguments));
            if (waits >= 0)
            {
                _waiting.RemoveAt(waits);
                return null;
            }

            return _waiting.Count == 0 && _made.Count == 0 ? null : Diverged(wanted);
        }
    }

    private ToolFailure Unknown(ToolCalled call)
    {
        _differences.Add(
            $"The program ended while {call.Name}({call.Arguments}) was under way; it may have had its effect, and was not called again.");
        return Refused("the program ended while this call was under way; it may have had its effect, and is not made again");
    }

    private ToolFailure Diverged(ToolCall wanted)
    {
        var waits = _waiting.Count > 0 ? $" in place of {_waiting[0].Tool}({_waiting[0].Arguments})" : "";
        _differences.Add($"The cell called {wanted.Name}({wanted.Arguments.GetRawText()}){waits}, which it had not, and was refused.");
        return Refused("the cell runs again in a rebuilt interpreter, and did not make this call the first time");
    }

    private static ToolFailure Refused(string why) => new(ToolFailureKind.Refused, why);
}
