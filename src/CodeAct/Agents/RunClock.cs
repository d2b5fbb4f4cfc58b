using CodeAct.Python;

namespace CodeAct.Agents;

/// <summary>The time limit of a run, which stands still while a person is waited for.</summary>
internal sealed class RunClock : IDisposable
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly CancellationTokenSource _over;
    private readonly TimeProvider _time;
    private TimeSpan _left;
    private long _since;
    private bool _isDisposed;

    public RunClock(TimeSpan limit, TimeProvider time)
    {
        (_over, _time, _left, _since) = (new CancellationTokenSource(limit, time), time, limit, time.GetTimestamp());
        Waits = new Waits(Stop, Go);
    }

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>What stops it.</summary>
    public Waits Waits { get; }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _over.Dispose();
        }
    }

    private void Stop()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _left -= _time.GetElapsedTime(_since);
                _over.CancelAfter(Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Go()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _since = _time.GetTimestamp();
                _over.CancelAfter(_left > TimeSpan.Zero ? _left : TimeSpan.Zero);
            }
        }
    }
}
