using System.Buffers.Binary;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>How a worker's process ended.</summary>
/// <param name="Code">Its exit code; negative: the number of the signal that killed it.</param>
/// <param name="Signal">The signal's name, such as <c>SIGSEGV</c>.</param>
internal sealed record WorkerExit(int Code, string? Signal);

/// <summary>One forked interpreter, as the host holds it: its descriptors and what has come through them.</summary>
internal sealed class Worker : IDisposable
{
    private const int PrefixSize = 5; // length (4), type (1); the cell's id (4) counts as payload
    private const int CellSize = 4;
    private const int LongestFrame = 64 << 20;
    private const int ReadAtMost = 1 << 20; // in one go, so that the reader sees what came meanwhile

    private const int MostLastLooks = 64; // at what a dead worker said: its children can go on for ever

    private static readonly int _mostBlocked = Math.Max(1, Environment.ProcessorCount / 2);
    private static int _blocked;

    private readonly SafeHandle _process;
    private readonly Socket _control;
    private readonly Pipe[] _pipes;
    private readonly Reactor.Watching _watching;
    private readonly TaskCompletionSource<WorkerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Signal _changed = new();
    private byte[] _buffer = new byte[1 << 14];
    private int _filled;
    private volatile bool _hungUp;
    private int _lastLooks;

    public Worker(
        Reactor reactor,
        SessionProcesses processes,
        SafeFileHandle process,
        SafeFileHandle control,
        SafeFileHandle stdout,
        SafeFileHandle stderr)
    {
        Processes = processes;
        _process = process;
        _control = new Socket(new SafeSocketHandle(control.DangerousGetHandle(), ownsHandle: true)) { Blocking = false };
        control.SetHandleAsInvalid();
        _pipes = [new Pipe(FrameKind.Stdout, stdout), new Pipe(FrameKind.Stderr, stderr)];
        _watching = reactor.Watch(_changed, _control.SafeHandle, stdout, stderr);
    }

    /// <summary>What it belongs to.</summary>
    public SessionProcesses Processes { get; }

    /// <summary>Its number on this machine; null when it is gone.</summary>
    public int? Number
    {
        get
        {
            lock (_process)
            {
                return _process.IsClosed ? null : ProcessTree.Number(_process);
            }
        }
    }

    /// <summary>It runs nothing: a stop has reached all of its threads, or it is gone.</summary>
    public bool HasStopped => Number is not { } pid || ProcessTree.HasStopped(pid);

    /// <summary>Nothing more will come.</summary>
    public bool Ended { get; private set; }

    /// <summary>How the process ended; told by its parent: the template, or the checkpoint that it was resumed from.</summary>
    public Task<WorkerExit> Exit => _exit.Task;

    public void SetExit(WorkerExit exit)
    {
        _exit.TrySetResult(exit);
        _changed.Set();
    }

    /// <summary>Sends a signal; does nothing when the process is gone.</summary>
    public void Send(int signal)
    {
        lock (_process)
        {
            if (!_process.IsClosed)
            {
                Libc.Signal(_process, signal);
            }
        }
    }

    /// <summary>Waits until it takes cells.</summary>
    /// <exception cref="PythonUnavailableException">It has ended instead, and is disposed.</exception>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(static worker => ((Worker)worker!).Send(Libc.Kill), this);
        var frames = new List<Frame>();
        while (!frames.Exists(frame => frame.Kind == FrameKind.Ready))
        {
            await WaitAsync();
            Take(frames);
            if (Ended)
            {
                Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                throw new PythonUnavailableException($"A new interpreter ended before its first cell: {Text(frames)}");
            }
        }
    }

    /// <summary>Sends an empty frame with a descriptor.</summary>
    /// <exception cref="Win32Exception">The worker is gone.</exception>
    public void Send(byte kind, uint cell, SafeHandle descriptor) =>
        Libc.Send(_control.SafeHandle, Frame(kind, cell, default), [descriptor]);

    public async Task SendAsync(byte kind, uint cell, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var frame = Frame(kind, cell, payload.Span);
        var sent = Math.Max(0, _control.Send(frame, SocketFlags.None, out var error)); // goes through, but for large cells
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new SocketException((int)error);
        }

        while (sent < frame.Length)
        {
            sent += await _control.SendAsync(frame.AsMemory(sent), SocketFlags.None, cancellationToken);
        }
    }

    /// <summary>Waits until something has come, or <see cref="SetExit"/> or <see cref="Wake"/> is called.</summary>
    /// <remarks>
    /// Small cells answer within a fraction of a millisecond, less than it takes to hand over from the reactor's thread to the
    /// pool. So a few callers, not more than half the processors, may block for that long before they wait without a thread.
    /// </remarks>
    public ValueTask WaitAsync()
    {
        var blocks = Interlocked.Increment(ref _blocked) <= _mostBlocked;
        var isReady = HasSomething(blocks ? 1 : 0);
        Interlocked.Decrement(ref _blocked);
        if (isReady)
        {
            return ValueTask.CompletedTask;
        }

        _watching.Arm();
        return _changed.WaitAsync();
    }

    /// <summary>What came is no frame of ours: the cell's code has written to the socket, and its session ends.</summary>
    public void Reject()
    {
        _hungUp = true;
        Send(Libc.Kill);
    }

    /// <summary>It was killed, and its last words were waited for long enough: they are not read to the end.</summary>
    public void Abandon()
    {
        _hungUp = true;
        _changed.Set();
    }

    /// <summary>Lets the reader look again.</summary>
    public void Wake() => _changed.Set();

    /// <summary>Takes what has come, in the order in which the session produced it; nothing when nothing came.</summary>
    /// <remarks>
    /// Text of child processes and C code comes through pipes, the rest through the control socket. The order between them is
    /// exact because of two rules. The worker sends a frame only when the pipes are empty: so what is in a pipe was written
    /// after every frame that is not yet sent. And here the pipes' fill is noted first, then all frames that have come are
    /// taken, and only then what was noted: so what is taken from a pipe was written before the frames that come next, and
    /// after the frames just taken, which were sent when the pipe was empty.
    /// </remarks>
    public void Take(List<Frame> into)
    {
        var exited = _exit.Task.IsCompleted; // asked first: what it wrote before is there by now
        var noted = (_pipes[0].Unread, _pipes[1].Unread);
        var before = into.Count;
        if (!TakeFrames(into))
        {
            Ended = exited && ++_lastLooks > MostLastLooks;
            return; // there is more: that comes before what is in the pipes
        }

        _pipes[0].Take(noted.Item1, into);
        _pipes[1].Take(noted.Item2, into);
        var isOver = _hungUp || exited;
        Ended = isOver && (into.Count == before || ++_lastLooks > MostLastLooks);
        if (isOver)
        {
            _changed.Set(); // nothing else will make the reader come again
        }
    }

    public void Dispose()
    {
        Send(Libc.Kill);
        _watching.Dispose();
        _control.Dispose();
        lock (_process)
        {
            _process.Dispose();
        }

        foreach (var pipe in _pipes)
        {
            pipe.Dispose();
        }
    }

    private static byte[] Frame(byte kind, uint cell, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[PrefixSize + CellSize + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, CellSize + payload.Length);
        frame[4] = kind;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(PrefixSize), cell);
        payload.CopyTo(frame.AsSpan(PrefixSize + CellSize));
        return frame;
    }

    private static string Text(List<Frame> frames) =>
        string.Concat(frames.Where(frame => frame.Cell is null).Select(frame => Encoding.UTF8.GetString(frame.Payload.Span))).Trim();

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
            if (found[index] == Libc.HungUp && descriptors[index] != _control.SafeHandle)
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

    /// <summary>Takes the frames that have come whole; false when there may be more.</summary>
    private bool TakeFrames(List<Frame> into)
    {
        for (var taken = 0; !_hungUp;)
        {
            if (taken >= ReadAtMost)
            {
                return false;
            }

            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var count = _control.Receive(_buffer.AsSpan(_filled), SocketFlags.None, out var error);
            if (count <= 0)
            {
                _hungUp = error is not (SocketError.WouldBlock or SocketError.IOPending);
                return true;
            }

            taken += count;
            _filled += count;
            Split(into);
        }

        return true;
    }

    private void Split(List<Frame> into)
    {
        var at = 0;
        while (_filled - at >= PrefixSize)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(at));
            if (length is < CellSize or > LongestFrame)
            {
                Reject();
                return;
            }

            if (_filled - at < PrefixSize + length)
            {
                break;
            }

            var payload = _buffer.AsSpan(at + PrefixSize, length);
            var cell = BinaryPrimitives.ReadUInt32LittleEndian(payload);
            into.Add(new Frame(_buffer[at + 4], cell, payload[CellSize..].ToArray()));
            at += PrefixSize + length;
        }

        _buffer.AsSpan(at.._filled).CopyTo(_buffer);
        _filled -= at;
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
