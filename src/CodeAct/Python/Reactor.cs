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
internal sealed unsafe partial class Reactor : IDisposable
{
    private const int Add = 1; // EPOLL_CTL_ADD
    private const int Modify = 3; // EPOLL_CTL_MOD
    private const uint Readable = 1; // EPOLLIN
    private const uint Once = 1u << 30; // EPOLLONESHOT: a reader that is not waiting is not told
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
        Register(Add, _stop, 0, Readable);
        _thread = new Thread(Run) { IsBackground = true, Name = "codeact-reactor" };
        _thread.Start();
    }

    /// <summary>Takes descriptors in; nothing is told of them before <see cref="Watching.Arm"/>.</summary>
    /// <param name="signal">Set when something can be read from one of them.</param>
    /// <param name="descriptors">Closed by their owner after <see cref="Watching.Dispose"/>.</param>
    public Watching Watch(Signal signal, params SafeHandle[] descriptors)
    {
        var key = Interlocked.Increment(ref _keys);
        _signals[key] = signal;
        foreach (var descriptor in descriptors)
        {
            Register(Add, descriptor, key, Once);
        }

        return new Watching(this, key, descriptors);
    }

    public void Dispose()
    {
        var one = 1L;
        _ = write(_stop, &one, sizeof(long));
        _thread.Join();
        _epoll.Dispose();
        _stop.Dispose();
    }

    private void Register(int operation, SafeHandle descriptor, long key, uint events)
    {
        var item = stackalloc byte[_eventSize];
        *(uint*)item = events;
        *(long*)(item + _keyOffset) = key;
        Libc.Check(epoll_ctl(_epoll, operation, descriptor, item));
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

    /// <summary>The descriptors of one reader.</summary>
    public sealed class Watching(Reactor reactor, long key, SafeHandle[] descriptors) : IDisposable
    {
        private SafeHandle[] _descriptors = descriptors;

        /// <summary>What is watched.</summary>
        public ReadOnlySpan<SafeHandle> Descriptors => _descriptors;

        /// <summary>Leaves out one that has come to its end: it would announce that for ever.</summary>
        public void Forget(SafeHandle ended) => _descriptors = [.. _descriptors.Where(descriptor => descriptor != ended)];

        /// <summary>Sets the signal once, as soon as something can be read; at once when it can be already.</summary>
        public void Arm()
        {
            foreach (var descriptor in _descriptors)
            {
                reactor.Register(Modify, descriptor, key, Readable | Once);
            }
        }

        /// <summary>Closing the descriptors takes them out of epoll; here only the signal is forgotten.</summary>
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
