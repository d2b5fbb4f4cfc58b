namespace CodeAct.Python;

/// <summary>Why a cell is being stopped.</summary>
internal enum StopCause
{
    None,
    TimeLimit,
    ProcessorTime,
    Output,
    Workspace,
    Interrupt,
    Cancellation,
}

/// <summary>Stops a cell: by a limit or when asked to; with interrupts first, and a kill when it ignores them.</summary>
/// <remarks>
/// The kill comes when the grace is over, to the millisecond: counted from the time limit, or from when something else set it off.
/// </remarks>
internal sealed class InterruptLadder : IDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _farewell = TimeSpan.FromMilliseconds(30); // to give back GBs of memory takes the kernel longer

    private readonly Lock _gate = new(); // no signal is sent once the cell has ended: it would hit the next one
    private readonly Worker _worker;
    private readonly TimeProvider _time;
    private readonly TimeSpan _grace;
    private readonly ITimer _timer;
    private long _created; // later by as long as it was held
    private long _began;
    private TimeSpan _untilKill;
    private long? _heldAt;
    private bool _ended;

    public InterruptLadder(Worker worker, TimeSpan limit, TimeSpan grace, TimeProvider time)
    {
        _worker = worker;
        _time = time;
        _grace = grace;
        _created = time.GetTimestamp();
        _untilKill = limit + grace;
        _timer = time.CreateTimer(static state => ((InterruptLadder)state!).Climb(), this, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What set it off first.</summary>
    public StopCause Cause { get; private set; }

    /// <summary>How many interrupts it has sent.</summary>
    public int Interrupts { get; private set; }

    /// <summary>The interrupts did not help.</summary>
    public bool Killed { get; private set; }

    /// <summary>Begins at once.</summary>
    public void Start(StopCause cause)
    {
        lock (_gate)
        {
            if (Cause == StopCause.None && !_ended)
            {
                Cause = cause;
                _began = _time.GetTimestamp();
                _untilKill = _grace;
                _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Stops the time limit; what else sets it off still does.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            if (!_ended && Cause == StopCause.None)
            {
                _heldAt = _time.GetTimestamp();
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Lets the time limit go on with what was left of it.</summary>
    public void Release()
    {
        lock (_gate)
        {
            if (_heldAt is not { } held)
            {
                return;
            }

            _heldAt = null;
            _created += _time.GetTimestamp() - held;
            if (!_ended && Cause == StopCause.None)
            {
                var left = _untilKill - _grace - _time.GetElapsedTime(_created);
                _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>The cell has ended: nothing is sent from here on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
        }

        _timer.Dispose();
    }

    private void Climb()
    {
        lock (_gate)
        {
            if (_ended || (_heldAt is not null && Cause == StopCause.None))
            {
                return;
            }

            if (Killed)
            {
                _worker.Abandon();
                return;
            }

            if (Cause == StopCause.None)
            {
                Cause = StopCause.TimeLimit;
                _began = _created;
            }

            var left = _untilKill - _time.GetElapsedTime(_began);
            if (Interrupts > 0 && left <= TimeSpan.Zero)
            {
                Killed = true;
                _worker.Send(Libc.Kill);
                _timer.Change(_farewell, Timeout.InfiniteTimeSpan);
                return;
            }

            Interrupts++;
            _worker.Send(Libc.Interrupt);
            _timer.Change(TimeSpan.FromTicks(Math.Clamp(left.Ticks, 0, _step.Ticks)), Timeout.InfiniteTimeSpan);
        }
    }
}
