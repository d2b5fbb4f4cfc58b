namespace CodeAct.Python;

/// <summary>A cell that has run and can still be taken back with all that it did in the session.</summary>
public sealed class CellTrial
{
    private readonly IPythonSession _session;
    private readonly Checkpoint _before;

    internal CellTrial(IPythonSession session, Checkpoint before, IReadOnlyList<CellEvent> events)
    {
        _session = session;
        _before = before;
        Events = events;
    }

    /// <summary>What the cell showed, in order; the last is <see cref="CellEnded"/>.</summary>
    public IReadOnlyList<CellEvent> Events { get; }

    /// <summary>Takes the session back to the state before the cell. To keep what it did, don't call this.</summary>
    /// <exception cref="CheckpointException">That state is not there any more: many checkpoints have been taken since.</exception>
    public Task DiscardAsync(CancellationToken cancellationToken) => _session.RollbackAsync(_before, cancellationToken);
}

/// <summary>What can be done with any session.</summary>
public static class PythonSessionExtensions
{
    /// <summary>Runs a cell that can be taken back afterwards: run it, look at what it did, then keep or discard that.</summary>
    /// <remarks>What a tool or the network was asked for meanwhile is not taken back.</remarks>
    /// <exception cref="CheckpointException">The state before the cell cannot be kept; the cell has not run.</exception>
    public static async Task<CellTrial> IsolatedTryAsync(this IPythonSession session, Cell cell, CancellationToken cancellationToken)
    {
        var before = await session.CheckpointAsync(cancellationToken);
        var events = new List<CellEvent>();
        await foreach (var shown in session.RunAsync(cell, cancellationToken))
        {
            events.Add(shown);
        }

        return new CellTrial(session, before, events);
    }
}
