namespace CodeAct.Python;

// Checkpoints that a session takes by itself.
internal sealed partial class LocalSession
{
    private const int Worth = 10; // a checkpoint before a cell saves ten times as much running time as it takes

    // Longer than between the cells of a loop, shorter than a model thinks.
    private static readonly TimeSpan _idleFor = TimeSpan.FromMilliseconds(100);

    private ITimer? _idle;
    private TimeSpan _unkept; // running time of the cells since the last checkpoint
    private TimeSpan _taking = TimeSpan.FromMilliseconds(2); // what that one took
    private long _rests; // since this timestamp
    private string? _refused; // why there is no newer one
    private bool _isUnprotected; // it has given up those it had

    /// <summary>They take no more than this, which is told at once; the sharing of 200 MB is counted in milliseconds.</summary>
    private long MostCheckpointBytes =>
        Kept().Sum(state => state.Memory.Number is { } process ? ProcessTree.ResidentBytes(process) : 0);

    /// <summary>Before a cell: makes sure that what would be lost with it is little.</summary>
    private async Task ProtectAsync()
    {
        if (plan.Checkpoints.Automatic && (_isUnprotected || _unkept > Worth * _taking))
        {
            await TryTakeStateAsync();
        }

        _ran++;
    }

    /// <summary>After a cell: takes a checkpoint when nothing else comes.</summary>
    private void ProtectWhenIdle()
    {
        if (plan.Checkpoints.Automatic && _disposed == 0)
        {
            var never = Timeout.InfiniteTimeSpan;
            _idle ??= engine.Options.Time.CreateTimer(
                static session => _ = ((LocalSession)session!).ProtectInTurnAsync(), this, never, never);
            _rests = engine.Options.Time.GetTimestamp();
            _idle.Change(_idleFor, never);
        }
    }

    /// <summary>At rest: gives up the checkpoints it has taken by itself; it takes one before its next cell.</summary>
    internal async Task UnprotectAsync()
    {
        if (await _turn.WaitAsync(TimeSpan.Zero, CancellationToken.None)) // else a cell has come
        {
            _isUnprotected = true;
            Evict([.. Automatic()]);
            _turn.Release();
        }
    }

    private IEnumerable<State> Automatic() => Kept().Where(state => state.Checkpoint.Automatic);

    private bool IsOver(long bytes) => bytes > plan.Checkpoints.MemoryBytes;

    private Task ProtectInTurnAsync() => engine.IdleWork.RunAsync(ProtectNowAsync);

    private async Task ProtectNowAsync()
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero, CancellationToken.None))
        {
            return; // a cell has come
        }

        try
        {
            var isIdle = engine.Options.Time.GetElapsedTime(_rests) >= _idleFor * 0.9; // else there was a cell meanwhile
            if (isIdle && _disposed == 0 && _worker is { Exit.IsCompleted: false } && _unkept > TimeSpan.Zero)
            {
                await TryTakeStateAsync();
                while (IsOver(MostCheckpointBytes) && IsOver(CheckpointBytes) && Kept() is [var oldest, _, ..])
                {
                    Evict([oldest]);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task TryTakeStateAsync()
    {
        try
        {
            await TakeStateAsync(automatic: true);
        }
        catch (CheckpointException refused)
        {
            _refused = refused.Message;
            if (_worker is null)
            {
                _late.AddRange(await OpenAsync(CancellationToken.None));
            }
        }
    }
}
