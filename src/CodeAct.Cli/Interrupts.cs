using System.Runtime.InteropServices;

namespace CodeAct.Cli;

/// <summary>Ctrl-C: it goes to what is running, if that wants it; else it ends the command.</summary>
internal sealed class Interrupts : IDisposable
{
    private static readonly TimeSpan _twice = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;
    private Func<bool, bool>? _handler;
    private long? _last;

    public Interrupts(TimeProvider time)
    {
        _time = time;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        ];
    }

    /// <summary>Cancelled when the command is to end.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Sends Ctrl-C to a handler until the result is disposed.</summary>
    /// <param name="handler">Is told whether this is the second within two seconds; false from it ends the command.</param>
    public IDisposable GoTo(Func<bool, bool> handler)
    {
        _handler = handler;
        return new Release(this);
    }

    /// <summary>Does what Ctrl-C does, when the terminal has given us the key in its place.</summary>
    public void Press()
    {
        if (!Handle())
        {
            _stop.Cancel();
        }
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _stop.Dispose();
    }

    private void OnInterrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (!Handle())
        {
            Stop(signal);
        }
    }

    private bool Handle()
    {
        var now = _time.GetTimestamp();
        var again = _last is { } last && _time.GetElapsedTime(last, now) < _twice;
        _last = now;
        return _handler?.Invoke(again) is true;
    }

    // Whoever insists gets the system's way, which ends the process at once.
    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }

    private sealed class Release(Interrupts owner) : IDisposable
    {
        public void Dispose() => owner._handler = null;
    }
}
