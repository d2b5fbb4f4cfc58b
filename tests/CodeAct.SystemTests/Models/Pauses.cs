using System.Collections.Concurrent;

namespace CodeAct.SystemTests.Models;

/// <summary>A clock whose waits are over at once; it notes how long they would have been.</summary>
internal sealed class Pauses : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = [];

    /// <summary>In seconds.</summary>
    public IReadOnlyList<double> Seconds => [.. _waits.Select(wait => wait.TotalSeconds)];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
