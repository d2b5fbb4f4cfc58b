using System.Runtime.InteropServices;

namespace CodeAct.Cli;

/// <summary>Ctrl-C: the first goes to what is running, if that wants it; the next within two seconds ends the command.</summary>
internal sealed class Interrupts : IDisposable
{
    private static readonly TimeSpan _twice = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;
    private Func<bool>? _first;
    private long _last;

    public Interrupts(TimeProvider time)
    {
        _time = time;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal)),
        ];
    }

    /// <summary>Cancelled when the command is to end.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Who gets the first Ctrl-C until the result is disposed; false from it means: end the command.</summary>
    public IDisposable FirstGoesTo(Func<bool> handler)
    {
        _first = handler;
        return new Release(this);
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
        var now = _time.GetTimestamp();
        var again = _last != 0 && _time.GetElapsedTime(_last, now) < _twice;
        _last = now;
        if (!again && _first is { } first && first())
        {
            signal.Cancel = true;
            return;
        }

        Stop(signal);
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stop.Cancel();
    }

    private sealed class Release(Interrupts owner) : IDisposable
    {
        public void Dispose() => owner._first = null;
    }
}
