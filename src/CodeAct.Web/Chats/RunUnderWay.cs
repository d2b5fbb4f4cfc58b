using CodeAct.Agents;

namespace CodeAct.Web.Chats;

/// <summary>A message that is being worked on.</summary>
internal sealed class RunUnderWay(TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started = time.GetTimestamp();
    private int _turns;
    private int _cells;
    private long _inputTokens;
    private long _outputTokens;

    /// <summary>Who is asked about calls.</summary>
    public ApprovalDesk Desk { get; } = new();

    /// <summary>Its first event is in the log.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Its last event is in the log.</summary>
    public bool IsOver { get; private set; }

    /// <summary>A cell runs.</summary>
    public bool InCell { get; private set; }

    /// <summary>The cell that runs was told to stop.</summary>
    public bool WasInterrupted { get; set; }

    /// <summary>The server ends: nothing of it is written down any more, so that the next start goes on with it.</summary>
    public bool IsParked { get; set; }

    /// <summary>Cancelled when it is to stop.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Ends with it.</summary>
    public Task Ended => _ended.Task;

    public void Cancel() => _stop.Cancel();

    /// <summary>It is over.</summary>
    public void Dispose()
    {
        _stop.Dispose();
        _ended.TrySetResult();
    }

    public void Take(AgentEvent happened)
    {
        switch (happened)
        {
            case CellStarted:
                (InCell, WasInterrupted) = (true, false);
                break;
            case ApprovalRequested asked:
                Desk.Open(asked.Call); // before anybody is told, and can answer
                break;
            case CellFinished:
                InCell = false;
                _cells++;
                break;
            case RunEnded:
                IsOver = true;
                break;
            case ReplyEnded ended:
                _turns++;
                _inputTokens += ended.InputTokens ?? 0;
                _outputTokens += ended.OutputTokens;
                break;
        }
    }

    /// <summary>Its end when something failed under it.</summary>
    public RunEnded Failed(string why) => new(
        StopReason.Failed, null, new RunTotals(_turns, _cells, _inputTokens, _outputTokens, time.GetElapsedTime(_started)))
    {
        Detail = why,
    };
}
