using System.Diagnostics;
using System.Net.Sockets;

namespace CodeAct.Python;

/// <summary>A worker that is a child process of this one. Nothing here is particular to an operating system.</summary>
/// <remarks>Everything that it shows comes as frames; its standard input takes interrupts, one byte each.</remarks>
internal sealed class PlainWorker : Worker
{
    private const int Signalled = 128; // and the number of the signal: what .NET and shells give as exit code

    private static readonly Dictionary<int, string> _signals = new()
    {
        [4] = "SIGILL",
        [6] = "SIGABRT",
        [8] = "SIGFPE",
        [9] = "SIGKILL",
        [11] = "SIGSEGV",
        [15] = "SIGTERM",
    };

    private readonly Lock _gate = new(); // nothing is done to the process after it has been let go
    private readonly Process _process;
    private readonly int _number;
    private readonly byte[] _peeked = new byte[1];
    private int _watching;

    public PlainWorker(Socket control, Process process)
        : base(control, new SessionProcesses(first: null, proxy: null))
    {
        _process = process;
        _number = process.Id;
        Reaped = ReapAsync();
    }

    public override int? Number => Exit.IsCompleted ? null : _number;

    /// <summary>The process is gone.</summary>
    public Task Reaped { get; }

    public override void Send(int signal)
    {
        lock (_gate)
        {
            if (Exit.IsCompleted)
            {
                return;
            }

            try
            {
                if (signal == Libc.Kill)
                {
                    _process.Kill(entireProcessTree: true);
                }
                else
                {
                    _process.StandardInput.BaseStream.Write([(byte)signal]);
                    _process.StandardInput.BaseStream.Flush();
                }
            }
            catch (Exception gone) when (gone is IOException or InvalidOperationException or AggregateException)
            {
                // It has ended meanwhile, or one of its children has rights that we lack.
            }
        }
    }

    public override ValueTask WaitAsync()
    {
        if (Interlocked.Exchange(ref _watching, 1) == 0)
        {
            _ = WatchAsync();
        }

        return Changed.WaitAsync();
    }

    public override void Dispose()
    {
        Send(Libc.Kill);
        Control.Dispose();
    }

    /// <summary>Closes a process with its streams, which it leaves open once they have been used.</summary>
    public static void LetGo(Process process)
    {
        process.StandardInput.BaseStream.Dispose(); // not the writer, which would flush to a process that is gone
        process.StandardOutput.Dispose();
        process.StandardError.Dispose();
        process.Dispose();
    }

    protected override bool TakeAll(List<Frame> into) => TakeFrames(into);

    /// <summary>Says once that something has come. Ends with the socket at the latest.</summary>
    private async Task WatchAsync()
    {
        try
        {
            await Control.ReceiveAsync(_peeked, SocketFlags.Peek, CancellationToken.None);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Whoever takes what has come finds that too.
        }

        Volatile.Write(ref _watching, 0);
        Changed.Set();
    }

    private async Task ReapAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        var code = _process.ExitCode;
        var signal = code > Signalled ? _signals.GetValueOrDefault(code - Signalled) : null;
        SetExit(new WorkerExit(code, signal));
        lock (_gate)
        {
            LetGo(_process);
        }
    }
}
