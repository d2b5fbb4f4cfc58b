using System.Runtime.CompilerServices;
using CodeAct.Python;

namespace CodeAct.Web.Sessions;

/// <summary>An interpreter without a conversation: whoever has its ID runs cells in it. May be used from several threads.</summary>
internal sealed class LiveSession : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new(); // guards what follows
    private long _usedAt; // a timestamp
    private int _uses;
    private int _running;
    private int _cells;

    /// <summary>Takes over an interpreter: it ends with this.</summary>
    public LiveSession(string id, string owner, IPythonSession python, TimeProvider time)
    {
        (Id, Owner, Python, _time) = (id, owner, python, time);
        (Created, _usedAt, Ended) = (time.GetUtcNow(), time.GetTimestamp(), _end.Token);
    }

    /// <summary>No other session of its owner has it.</summary>
    public string Id { get; }

    /// <summary>Whose it is.</summary>
    public string Owner { get; }

    /// <summary>The interpreter. Cells are run by <see cref="RunAsync"/>, so that they count as use.</summary>
    public IPythonSession Python { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>Cancelled when it ends.</summary>
    public CancellationToken Ended { get; }

    /// <summary>When it was used last: now, while it is used.</summary>
    public DateTimeOffset LastUsed => _time.GetUtcNow() - IdleTime;

    /// <summary>How long nobody has used it.</summary>
    public TimeSpan IdleTime
    {
        get
        {
            lock (_gate)
            {
                return _uses > 0 ? TimeSpan.Zero : _time.GetElapsedTime(_usedAt);
            }
        }
    }

    /// <summary>How many cells were run, with those that run now.</summary>
    public int Cells => Volatile.Read(ref _cells);

    /// <summary>A cell runs.</summary>
    public bool IsBusy => Volatile.Read(ref _running) > 0;

    /// <summary>Uses it until the result is disposed: as long as that it is not given up for being idle.</summary>
    /// <exception cref="KeyNotFoundException">It has ended.</exception>
    public IDisposable Use()
    {
        lock (_gate)
        {
            if (_end.IsCancellationRequested)
            {
                throw NotThere(Id);
            }

            _uses++;
            return new Using(this);
        }
    }

    /// <summary>Runs a cell as <see cref="IPythonSession.RunAsync"/> does.</summary>
    /// <exception cref="KeyNotFoundException">It has ended.</exception>
    public async IAsyncEnumerable<CellEvent> RunAsync(Cell cell, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var use = Use();
        Interlocked.Increment(ref _cells);
        Interlocked.Increment(ref _running);
        try
        {
            await foreach (var shown in Python.RunAsync(cell, cancellationToken))
            {
                yield return shown;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Goes on in a fresh interpreter; a cell that runs is interrupted.</summary>
    /// <exception cref="KeyNotFoundException">It has ended.</exception>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        Python.Interrupt();
        await Python.RestartAsync(cancellationToken);
    }

    /// <summary>Says that it is wanted; false when it has ended.</summary>
    public bool Touch()
    {
        lock (_gate)
        {
            _usedAt = _time.GetTimestamp();
            return !_end.IsCancellationRequested;
        }
    }

    /// <summary>Lets nobody use it any more if it has been idle for so long; it is to be disposed then.</summary>
    public bool GiveUp(TimeSpan idle)
    {
        lock (_gate)
        {
            if (_uses > 0 || _time.GetElapsedTime(_usedAt) < idle)
            {
                return false;
            }

            _end.Cancel();
            return true;
        }
    }

    /// <summary>Ends it with whatever runs in it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Python.DisposeAsync();
    }

    internal static KeyNotFoundException NotThere(string id) =>
        new($"There is no session '{id}'; it may have ended, as those do that nobody uses.");

    private sealed class Using(LiveSession session) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                lock (session._gate)
                {
                    session._uses--;
                    session._usedAt = session._time.GetTimestamp();
                }
            }
        }
    }
}
