using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>Something that one reader waits for and others announce; announcements before the wait are not lost.</summary>
internal sealed class Signal : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private bool _set;
    private bool _waiting;

    /// <summary>Lets the waiting reader go on, or the next one that waits.</summary>
    public void Set()
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _set = true;
                return;
            }

            _waiting = false;
        }

        _source.SetResult(true);
    }

    /// <summary>Waits for <see cref="Set"/>. One reader at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return ValueTask.CompletedTask;
            }

            _source.Reset();
            _waiting = true;
            return new ValueTask(this, _source.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}

/// <summary>One thread that waits for all descriptors of all sessions: an idle session costs no thread.</summary>
/// <remarks>Edge triggered: a signal says that something came, and its reader reads until there is nothing more.</remarks>
internal sealed unsafe partial class Reactor : IDisposable
{
    private const int Add = 1; // EPOLL_CTL_ADD
    private const uint Readable = 1; // EPOLLIN
    private const uint EdgeTriggered = 1u << 31;
    private const int CloseOnExec = 0x80000;
    private const int Batch = 64;

    // struct epoll_event is packed on x64 only.
    private static readonly int _eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int _keyOffset = _eventSize - sizeof(long);

    private readonly SafeFileHandle _epoll = new(Libc.Check(epoll_create1(CloseOnExec)), ownsHandle: true);
    private readonly SafeFileHandle _stop = new(Libc.Check(eventfd(0, CloseOnExec)), ownsHandle: true);
    private readonly ConcurrentDictionary<long, Signal> _signals = [];
    private readonly Thread _thread;
    private long _keys;

    public Reactor()
    {
        Register(_stop, 0);
        _thread = new Thread(Run) { IsBackground = true, Name = "codeact-reactor" };
        _thread.Start();
    }

    /// <summary>Sets <paramref name="signal"/> whenever something can be read from one of the descriptors.</summary>
    /// <returns>Ends it, to be called before the descriptors are closed.</returns>
    public IDisposable Watch(Signal signal, params ReadOnlySpan<SafeHandle> descriptors)
    {
        var key = Interlocked.Increment(ref _keys);
        _signals[key] = signal;
        foreach (var descriptor in descriptors)
        {
            Register(descriptor, key);
        }

        return new Registration(this, key);
    }

    public void Dispose()
    {
        var one = 1L;
        _ = write(_stop, &one, sizeof(long));
        _thread.Join();
        _epoll.Dispose();
        _stop.Dispose();
    }

    private void Register(SafeHandle descriptor, long key)
    {
        var item = stackalloc byte[_eventSize];
        *(uint*)item = Readable | EdgeTriggered;
        *(long*)(item + _keyOffset) = key;
        Libc.Check(epoll_ctl(_epoll, Add, descriptor, item));
    }

    private void Run()
    {
        var events = stackalloc byte[_eventSize * Batch];
        while (true)
        {
            var count = epoll_wait(_epoll, events, Batch, -1);
            for (var index = 0; index < count; index++)
            {
                var key = *(long*)(events + (index * _eventSize) + _keyOffset);
                if (key == 0)
                {
                    return;
                }

                if (_signals.TryGetValue(key, out var signal))
                {
                    signal.Set();
                }
            }
        }
    }

    private sealed class Registration(Reactor reactor, long key) : IDisposable
    {
        // Closing the descriptors takes them out of epoll.
        public void Dispose() => reactor._signals.TryRemove(key, out _);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(SafeHandle epoll, int operation, SafeHandle descriptor, byte* item);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(SafeHandle epoll, byte* events, int most, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeHandle descriptor, void* data, nuint count);
}
