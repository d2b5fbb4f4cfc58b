namespace CodeAct.Python;

/// <summary>Clocks that stand still while somebody waits for a person.</summary>
/// <param name="stop">Stops them; called when the first wait begins.</param>
/// <param name="go">Lets them go on; called when the last one ends.</param>
internal sealed class Waits(Action stop, Action go)
{
    private readonly Lock _gate = new(); // guards the count, and keeps the two calls in order
    private int _waits;

    /// <summary>Begins a wait, which ends when the result is disposed.</summary>
    public IDisposable Begin()
    {
        lock (_gate)
        {
            if (_waits++ == 0)
            {
                stop();
            }
        }

        return new Wait(this);
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_waits == 0)
            {
                go();
            }
        }
    }

    private sealed class Wait(Waits waits) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                waits.End();
            }
        }
    }
}
