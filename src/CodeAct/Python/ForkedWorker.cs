using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>
/// A worker forked from the template or from a checkpoint: a pidfd, the control socket, the pipes that are its descriptors 1 and 2.
/// </summary>
internal sealed class ForkedWorker : Worker
{
    private static readonly int _mostBlocked = Math.Max(1, Environment.ProcessorCount / 2);
    private static int _blocked;

    private readonly SafeHandle _process;
    private readonly Pipe[] _pipes;
    private readonly Reactor.Watching _watching;

    public ForkedWorker(
        Reactor reactor,
        SessionProcesses processes,
        SafeFileHandle process,
        SafeFileHandle control,
        SafeFileHandle stdout,
        SafeFileHandle stderr)
        : base(new Socket(new SafeSocketHandle(control.DangerousGetHandle(), ownsHandle: true)) { Blocking = false }, processes)
    {
        _process = process;
        control.SetHandleAsInvalid();
        _pipes = [new Pipe(FrameKind.Stdout, stdout), new Pipe(FrameKind.Stderr, stderr)];
        _watching = reactor.Watch(Changed, Control.SafeHandle, stdout, stderr);
    }

    public override int? Number
    {
        get
        {
            lock (_process)
            {
                return _process.IsClosed ? null : ProcessTree.Number(_process);
            }
        }
    }

    /// <summary>Sends an empty frame with a descriptor.</summary>
    /// <exception cref="Win32Exception">The worker is gone.</exception>
    public void Send(byte kind, uint cell, SafeHandle descriptor) =>
        Libc.Send(Control.SafeHandle, Frame(kind, cell, default), [descriptor]);

    public override void Send(int signal)
    {
        lock (_process)
        {
            if (!_process.IsClosed)
            {
                Libc.Signal(_process, signal);
            }
        }
    }

    /// <remarks>
    /// Small cells answer within a fraction of a millisecond, less than it takes to hand over from the reactor's thread to the
    /// pool. So a few callers, not more than half the processors, may block for that long before they wait without a thread.
    /// </remarks>
    public override ValueTask WaitAsync()
    {
        var blocks = Interlocked.Increment(ref _blocked) <= _mostBlocked;
        var isReady = HasSomething(blocks ? 1 : 0);
        Interlocked.Decrement(ref _blocked);
        if (isReady)
        {
            return ValueTask.CompletedTask;
        }

        _watching.Arm();
        return Changed.WaitAsync();
    }

    public override void Dispose()
    {
        Send(Libc.Kill);
        _watching.Dispose();
        Control.Dispose();
        lock (_process)
        {
            _process.Dispose();
        }

        foreach (var pipe in _pipes)
        {
            pipe.Dispose();
        }
    }

    /// <remarks>
    /// Text of child processes and C code comes through pipes, the rest through the control socket. The order between them is
    /// exact because of two rules. The worker sends a frame only when the pipes are empty: so what is in a pipe was written
    /// after every frame that is not yet sent. And here the pipes' fill is noted first, then all frames that have come are
    /// taken, and only then what was noted: so what is taken from a pipe was written before the frames that come next, and
    /// after the frames just taken, which were sent when the pipe was empty.
    /// </remarks>
    protected override bool TakeAll(List<Frame> into)
    {
        var noted = (_pipes[0].Unread, _pipes[1].Unread);
        if (!TakeFrames(into))
        {
            return false; // there is more: that comes before what is in the pipes
        }

        _pipes[0].Take(noted.Item1, into);
        _pipes[1].Take(noted.Item2, into);
        return true;
    }

    private bool HasSomething(int milliseconds)
    {
        var descriptors = _watching.Descriptors;
        Span<short> found = stackalloc short[descriptors.Length];
        if (Libc.Wait(descriptors, found, milliseconds) <= 0)
        {
            return false;
        }

        var isReady = false;
        for (var index = 0; index < descriptors.Length; index++)
        {
            if (found[index] == Libc.HungUp && descriptors[index] != Control.SafeHandle)
            {
                _watching.Forget(descriptors[index]); // the cell has closed its descriptor 1 or 2
            }
            else
            {
                isReady |= found[index] != 0;
            }
        }

        return isReady;
    }

    /// <summary>The reading end of the pipe that is a worker's descriptor 1 or 2.</summary>
    private sealed class Pipe : IDisposable
    {
        private readonly byte _kind;
        private readonly SafeFileHandle _handle;

        public Pipe(byte kind, SafeFileHandle handle)
        {
            _kind = kind;
            _handle = handle;
            Libc.DoNotBlock(handle);
        }

        public int Unread => Libc.Unread(_handle);

        public void Take(int count, List<Frame> into)
        {
            while (count > 0)
            {
                var piece = new byte[Math.Min(count, 1 << 16)];
                var read = Libc.Read(_handle, piece);
                if (read <= 0)
                {
                    return;
                }

                into.Add(new Frame(_kind, null, piece.AsMemory(0, read)));
                count -= read;
            }
        }

        public void Dispose() => _handle.Dispose();
    }
}
