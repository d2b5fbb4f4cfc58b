using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations.Replay;

/// <summary>An action that waits for an approval: its program was killed, or ended because nobody could be asked.</summary>
public sealed class PendingApproval
{
    private readonly IReadOnlyList<AgentEvent> _before;
    private readonly IReadOnlyList<CellEvent> _shown;

    private PendingApproval(IReadOnlyList<AgentEvent> before, IReadOnlyList<AgentEvent> action, IReadOnlyList<ApprovalRequested> requests)
    {
        (_before, Requests) = (before, requests);
        _shown = [.. action.OfType<CellOutput>().Select(output => output.Event)];
    }

    /// <summary>The calls that wait, at least one.</summary>
    public IReadOnlyList<ApprovalRequested> Requests { get; }

    /// <summary>Finds it; null when nothing waits.</summary>
    /// <param name="events">A conversation from its beginning.</param>
    public static PendingApproval? Of(IReadOnlyList<AgentEvent> events)
    {
        PendingApproval? earlier = null; // that was taken up again, and has not come to its call yet
        int? begun = null;
        var waiting = new List<ApprovalRequested>();
        foreach (var (index, happened) in events.Index())
        {
            switch (happened)
            {
                case CellStarted or CallStarted:
                    (begun, waiting) = (index, []);
                    break;
                case ApprovalRequested request:
                    waiting.Add(request);
                    break;
                case ApprovalAnswered answered:
                    waiting.RemoveAll(request => request.Call == answered.Call);
                    earlier = null;
                    break;
                case RunContinued:
                    (earlier, begun, waiting) = (Found(index) ?? earlier, null, []);
                    break;
                case CellFinished or CallFinished or RunStarted or InterpreterRebuilt:
                case RunEnded { Reason: not StopReason.ApprovalPending }:
                    (earlier, begun, waiting) = (null, null, []);
                    break;
            }
        }

        return Found(events.Count) ?? earlier;

        PendingApproval? Found(int end) => begun is { } at && waiting.Count > 0
            ? new PendingApproval([.. events.Take(at)], [.. events.Skip(at).Take(end - at)], waiting)
            : null;
    }

    /// <summary>Brings a fresh session to the state in which the action began.</summary>
    /// <param name="session">As for <see cref="Rebuild.RunAsync"/>, with the tools that the run had.</param>
    /// <param name="cellTimeout">Longest time for one cell.</param>
    /// <param name="cancellationToken">Stops it; the session is then of no use.</param>
    /// <returns>For <see cref="Agent.ContinueAsync"/>.</returns>
    public async Task<PausedRun> RebuildAsync(IPythonSession session, TimeSpan cellTimeout, CancellationToken cancellationToken)
    {
        var rebuilt = await Rebuild.RunAsync(_before, session, cellTimeout, cancellationToken);
        ResumedTools? tools = null;
        return new PausedRun(
            _before,
            rebuilt,
            inner => tools = new ResumedTools(_shown, Requests, inner),
            shown => [.. tools?.Differences() ?? [], .. Output(shown)]);
    }

    // What the action had shown before it was cut off, it is to show again.
    private IEnumerable<string> Output(IReadOnlyList<CellEvent> shown)
    {
        var (before, now) = (Text(_shown), Text(shown));
        if (!now.StartsWith(before, StringComparison.Ordinal))
        {
            var at = before.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
            yield return $"The cell came out otherwise from line {before[..at].Count(letter => letter == '\n') + 1} of its output on.";
        }
    }

    private static string Text(IEnumerable<CellEvent> shown) =>
        string.Concat(shown.OfType<StreamText>()
            .Where(text => text is { Stream: StreamName.Stdout, FromEarlierCell: false })
            .Select(text => text.Text));
}
