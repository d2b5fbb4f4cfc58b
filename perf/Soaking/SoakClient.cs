using CodeAct.Python;

namespace CodeAct.Perf.Soaking;

/// <summary>One of those who use sessions at random.</summary>
internal sealed class SoakClient(PythonEngine engine, SoakCounts counts, int seed)
{
    private const int MostSessions = 3;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2); // with one action, on a busy machine

    private static readonly (int Weight, Deed Deed)[] _deeds =
    [
        (55, Deed.Cell),
        (5, Deed.Raise),
        (8, Deed.Interrupt),
        (4, Deed.Kill),
        (4, Deed.Exit),
        (6, Deed.Checkpoint),
        (6, Deed.Rollback),
        (4, Deed.Fork),
        (4, Deed.Create),
        (4, Deed.Dispose),
    ];

    private readonly Random _random = new(seed);
    private readonly List<SoakSession> _sessions = [];
    private int _tokens;

    private enum Deed
    {
        Cell,
        Raise,
        Interrupt,
        Kill,
        Exit,
        Checkpoint,
        Rollback,
        Fork,
        Create,
        Dispose,
    }

    /// <summary>Goes on until told to stop, and leaves nothing behind.</summary>
    public async Task RunAsync(CancellationToken enough, CancellationToken cancellationToken)
    {
        try
        {
            while (!enough.IsCancellationRequested)
            {
                await ActAsync(Draw(), cancellationToken);
            }
        }
        finally
        {
            foreach (var session in _sessions)
            {
                await session.DisposeAsync();
            }

            _sessions.Clear();
        }
    }

    private Deed Draw()
    {
        var at = _random.Next(_deeds.Sum(one => one.Weight));
        return _deeds.First(one => (at -= one.Weight) < 0).Deed;
    }

    private async Task ActAsync(Deed deed, CancellationToken cancellationToken)
    {
        deed = _sessions.Count == 0 ? Deed.Create : deed;
        var session = _sessions.Count == 0 ? null : _sessions[_random.Next(_sessions.Count)];
        try
        {
            await DoAsync(deed, session!, cancellationToken).WaitAsync(_patience, TimeProvider.System, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            counts.Fail($"client of seed {seed}, {deed}: {failure.GetType().Name}: {failure.Message}");
            if (session is not null)
            {
                _sessions.Remove(session);
                await session.DisposeAsync();
            }
        }
    }

    private async Task DoAsync(Deed deed, SoakSession session, CancellationToken cancellationToken)
    {
        switch (deed)
        {
            case Deed.Cell:
                await RunAsync("", CellStatus.Ok);
                break;
            case Deed.Raise:
                await RunAsync("1 / 0", CellStatus.Raised);
                break;
            case Deed.Interrupt:
                await RunAsync("wait_for_interrupt()", CellStatus.Interrupted);
                break;
            case Deed.Kill:
                await RunAsync("ignore_interrupts()", CellStatus.Died);
                break;
            case Deed.Exit:
                await RunAsync("sys.stdout.flush(); os._exit(3)", CellStatus.Died);
                break;
            case Deed.Checkpoint:
                await session.CheckpointAsync(cancellationToken);
                break;
            case Deed.Rollback when session.Checkpoints is { Count: > 0 } checkpoints:
                await session.RollBackAsync(checkpoints[_random.Next(checkpoints.Count)], cancellationToken);
                break;
            case Deed.Fork when _sessions.Count < MostSessions:
                _sessions.Add(await session.ForkAsync(cancellationToken));
                break;
            case Deed.Create when _sessions.Count < MostSessions:
                _sessions.Add(await SoakSession.CreateAsync(engine, counts, cancellationToken));
                break;
            case Deed.Dispose:
                _sessions.Remove(session);
                await session.DisposeAsync();
                break;
        }

        Task RunAsync(string ending, CellStatus status) =>
            session.RunAsync(SoakText.Draw(_random), ++_tokens, ending, status, cancellationToken);
    }
}
