namespace CodeAct.Python;

/// <summary>Why a cell is being stopped.</summary>
internal enum StopCause
{
    None,
    TimeLimit,
    Interrupt,
    Cancellation,
}

/// <summary>Stops a cell: by its time limit or when asked to; with interrupts first, and a kill when it ignores them.</summary>
internal sealed class InterruptLadder : IDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new(); // no signal is sent once the cell has ended: it would hit the next one
    private readonly Worker _worker;
    private readonly TimeProvider _time;
    private readonly TimeSpan _grace;
    private readonly ITimer _timer;
    private long _began;
    private bool _ended;

    public InterruptLadder(Worker worker, TimeSpan limit, TimeSpan grace, TimeProvider time)
    {
        _worker = worker;
        _time = time;
        _grace = grace;
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
                _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
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
            if (_ended)
            {
                return;
            }

            if (Interrupts == 0)
            {
                Cause = Cause == StopCause.None ? StopCause.TimeLimit : Cause;
                _began = _time.GetTimestamp();
            }

            if (Interrupts > 0 && _time.GetElapsedTime(_began) >= _grace)
            {
                Killed = true;
                _worker.Send(Libc.Kill);
                return;
            }

            Interrupts++;
            _worker.Send(Libc.Interrupt);
            _timer.Change(_step, Timeout.InfiniteTimeSpan);
        }
    }
}
