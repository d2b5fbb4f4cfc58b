using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace CodeAct.Python;

/// <summary>How a worker's process ended.</summary>
/// <param name="Code">Its exit code; negative: the number of the signal that killed it.</param>
/// <param name="Signal">The signal's name, such as <c>SIGSEGV</c>.</param>
internal sealed record WorkerExit(int Code, string? Signal);

/// <summary>One interpreter, as the host holds it: its control socket and what has come through that.</summary>
internal abstract class Worker(Socket control, SessionProcesses processes) : IDisposable
{
    private const int PrefixSize = 5; // length (4), type (1); the cell's id (4) counts as payload
    private const int CellSize = 4;
    private const int LongestFrame = (16 << 20) + CellSize; // as LONGEST in wire.py
    private const int MostLastWords = 100; // frames
    private const int ReadAtMost = 1 << 20; // in one go, so that the reader sees what came meanwhile

    private const int MostLastLooks = 64; // at what a dead worker said: its children can go on for ever

    private readonly TaskCompletionSource<WorkerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _buffer = new byte[1 << 14];
    private int _filled;
    private volatile bool _hungUp;
    private int _lastLooks;

    /// <summary>What it belongs to.</summary>
    public SessionProcesses Processes => processes;

    /// <summary>Its number on this machine; null when it is gone.</summary>
    public abstract int? Number { get; }

    /// <summary>It runs nothing: a stop has reached all of its threads, or it is gone.</summary>
    public bool HasStopped => Number is not { } pid || ProcessTree.HasStopped(pid);

    /// <summary>Nothing more will come.</summary>
    public bool Ended { get; private set; }

    /// <summary>It was ended for what it sent: see <see cref="Reject"/>.</summary>
    public bool IsRejected { get; private set; }

    /// <summary>How the process ended; told by its parent: the template, the checkpoint that it was resumed from, or the host.</summary>
    public Task<WorkerExit> Exit => _exit.Task;

    protected Socket Control => control;

    /// <summary>Set when the reader is to look again.</summary>
    protected Signal Changed { get; } = new();

    public void SetExit(WorkerExit exit)
    {
        _exit.TrySetResult(exit);
        Changed.Set();
    }

    /// <summary>Sends a signal; does nothing when the process is gone.</summary>
    public abstract void Send(int signal);

    /// <summary>Waits until it takes cells, and gives what it says then.</summary>
    /// <exception cref="PythonUnavailableException">It has ended instead, and is disposed.</exception>
    public async Task<Frame> ReadyAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(static worker => ((Worker)worker!).Send(Libc.Kill), this);
        var frames = new List<Frame>();
        while (true)
        {
            frames.RemoveRange(0, Math.Max(0, frames.Count - MostLastWords)); // it may flood in place of an answer
            await WaitAsync();
            Take(frames);
            if (frames.Find(frame => frame.Kind == FrameKind.Ready) is { Kind: FrameKind.Ready } ready)
            {
                return ready;
            }

            if (Ended)
            {
                Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                throw new PythonUnavailableException($"A new interpreter ended before its first cell: {Text(frames)}");
            }
        }
    }

    public async Task SendAsync(byte kind, uint cell, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var frame = Frame(kind, cell, payload.Span);
        var sent = Math.Max(0, control.Send(frame, SocketFlags.None, out var error)); // goes through, but for large cells
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new SocketException((int)error);
        }

        while (sent < frame.Length)
        {
            sent += await control.SendAsync(frame.AsMemory(sent), SocketFlags.None, cancellationToken);
        }
    }

    /// <summary>Waits until something has come, or <see cref="SetExit"/> or <see cref="Wake"/> is called.</summary>
    public abstract ValueTask WaitAsync();

    /// <summary>What came is no frame of ours: the cell's code has written to the socket, and its session ends.</summary>
    public void Reject()
    {
        IsRejected = true;
        _hungUp = true;
        Send(Libc.Kill);
    }

    /// <summary>It was killed, and its last words were waited for long enough: they are not read to the end.</summary>
    public void Abandon()
    {
        _hungUp = true;
        Changed.Set();
    }

    /// <summary>Lets the reader look again.</summary>
    public void Wake() => Changed.Set();

    /// <summary>Takes what has come, in the order in which the session produced it; nothing when nothing came.</summary>
    public void Take(List<Frame> into)
    {
        var exited = _exit.Task.IsCompleted; // asked first: what it wrote before is there by now
        var before = into.Count;
        if (!TakeAll(into))
        {
            Ended = exited && ++_lastLooks > MostLastLooks;
            return;
        }

        var isOver = _hungUp || exited;
        Ended = isOver && (into.Count == before || ++_lastLooks > MostLastLooks);
        if (isOver)
        {
            Changed.Set(); // nothing else will make the reader come again
        }
    }

    /// <summary>Ends it, and lets go of it.</summary>
    public abstract void Dispose();

    /// <summary>Takes what has come by every way there is; false when there may be more.</summary>
    protected abstract bool TakeAll(List<Frame> into);

    /// <summary>Takes the frames that have come whole; false when there may be more.</summary>
    protected bool TakeFrames(List<Frame> into)
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

            var count = control.Receive(_buffer.AsSpan(_filled), SocketFlags.None, out var error);
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

    protected static byte[] Frame(byte kind, uint cell, ReadOnlySpan<byte> payload)
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
}
