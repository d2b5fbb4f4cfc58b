using System.Runtime.InteropServices;

namespace CodeAct.Python;

/// <summary>All processes of a session, and of the sessions forked from it.</summary>
/// <param name="first">
/// The first process of their namespace: it only waits, and with it end all the others. Null without namespaces.
/// </param>
/// <param name="proxy">Their way to the network; null for none.</param>
internal sealed class SessionProcesses(SafeHandle? first, IDisposable? proxy) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(1);

    private int _sessions = 1;

    /// <summary>Another session lives in these processes. Each disposes them once.</summary>
    public void Share() => Interlocked.Increment(ref _sessions);

    /// <summary>Ends a worker and what it has started, but none of the spared, which are checkpoints by their numbers.</summary>
    /// <remarks>
    /// Nothing of it runs any more when this returns. To give back its memory takes the kernel some milliseconds more, for which
    /// nobody waits: a stopped process that is killed runs no further instruction.
    /// </remarks>
    /// <returns>False when something would not end.</returns>
    public async Task<bool> EndWorkAsync(Worker worker, IReadOnlySet<int> spared, TimeProvider time)
    {
        worker.Send(Libc.Stop); // it starts nothing new
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(_pause, time);
        while (KillBelow(worker.Number, spared) + KillBelow(Orphanage, spared) > 0 || !worker.HasStopped)
        {
            if (time.GetElapsedTime(began) > _patience)
            {
                return false;
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        worker.Send(Libc.Kill);
        return true;
    }

    /// <summary>Ends what a worker that is gone has left behind.</summary>
    public void EndOrphans(IReadOnlySet<int> spared) => KillBelow(Orphanage, spared);

    /// <summary>Ends all of them, with the last session that lives in them.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _sessions) != 0)
        {
            return;
        }

        proxy?.Dispose();
        if (first is not null)
        {
            Libc.Signal(first, Libc.Kill);
            first.Dispose();
        }
    }

    /// <summary>Whose children the orphans are; nobody's in particular when several sessions share it.</summary>
    private int? Orphanage => first is { IsClosed: false } && _sessions == 1 ? ProcessTree.Number(first) : null;

    private static int KillBelow(int? root, IReadOnlySet<int> spared) => root is { } pid ? ProcessTree.KillBelow(pid, spared) : 0;
}
