using System.Collections.Concurrent;
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

    private readonly ConcurrentDictionary<FrozenProcess, byte> _checkpoints = [];
    private int _sessions = 1;

    /// <summary>Several sessions live in these processes.</summary>
    public bool IsShared => Volatile.Read(ref _sessions) > 1;

    /// <summary>Another session lives in these processes. Each disposes them once.</summary>
    public void Share() => Interlocked.Increment(ref _sessions);

    /// <summary>A checkpoint is here to stay until its process has ended.</summary>
    public void Add(FrozenProcess checkpoint)
    {
        _checkpoints[checkpoint] = 0;
        if (checkpoint.Number is null)
        {
            Remove(checkpoint);
        }
    }

    public void Remove(FrozenProcess checkpoint) => _checkpoints.TryRemove(checkpoint, out _);

    /// <summary>Stops a worker for good and ends what it has started, but no checkpoint.</summary>
    /// <remarks>Nothing of it runs any more when this returns; a stopped process that is killed runs no further instruction.</remarks>
    /// <returns>False when something would not end.</returns>
    public async Task<bool> StopWorkAsync(Worker worker, TimeProvider time)
    {
        worker.Send(Libc.Stop); // it starts nothing new
        return await UntilNoneAsync(() => KillBelow(worker.Number) + KillBelow(Orphanage) > 0 || !worker.HasStopped, _patience, time);
    }

    /// <summary>Ends what a worker that was killed has started.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="within">How long to go on when there are always more.</param>
    /// <param name="time">Measures that.</param>
    public Task<bool> EndOrphansAsync(Worker worker, TimeSpan within, TimeProvider time) =>
        UntilNoneAsync(() => KillBelow(worker.Number) + KillBelow(Orphanage) > 0, within, time); // in this order: they move up

    /// <summary>Ends what workers that are gone have left behind.</summary>
    public Task<bool> EndOrphansAsync(TimeProvider time) => UntilNoneAsync(() => KillBelow(Orphanage) > 0, _patience, time);

    /// <summary>The limits on all of them together; null where there are no control groups.</summary>
    public ControlGroup? Group { get; private set; }

    /// <summary>Processor time so far; without control groups that of the worker and its descendants, null when it is gone.</summary>
    public TimeSpan? ProcessorTime(Worker worker) =>
        Group?.ProcessorTime ?? (worker.Number is { } pid ? ProcessTree.ProcessorTime(pid) : null);

    /// <summary>Puts the worker, and with it all that it will start, under the limits on all of them together.</summary>
    /// <exception cref="PythonUnavailableException">That could be done before, and now it cannot.</exception>
    public void Join(ControlGroups groups, Worker worker, SessionLimits limits)
    {
        try
        {
            Group = groups.Create(limits);
            if (Group is not null && worker.Number is { } process)
            {
                Group.Join(process);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (worker.Number is not null)
            {
                worker.Send(Libc.Kill);
                throw new PythonUnavailableException($"A session could not be put into a control group: {failure.Message}", failure);
            }
        }
    }

    /// <summary>Ends all of them, with the last session that lives in them.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _sessions) != 0)
        {
            return;
        }

        proxy?.Dispose();
        foreach (var checkpoint in _checkpoints.Keys)
        {
            checkpoint.End();
        }

        if (first is not null)
        {
            Libc.Signal(first, Libc.Kill);
            first.Dispose();
        }

        Group?.Dispose();
    }

    /// <summary>Waits until the checkpoints are gone, after <see cref="Dispose"/>.</summary>
    public Task EndedAsync() =>
        Volatile.Read(ref _sessions) > 0 ? Task.CompletedTask : Task.WhenAll(_checkpoints.Keys.Select(checkpoint => checkpoint.Receiving));

    /// <summary>Whose children the orphans are; nobody's in particular when several sessions share it.</summary>
    private int? Orphanage => first is { IsClosed: false } && !IsShared ? ProcessTree.Number(first) : null;

    private HashSet<int> Spared() => [.. _checkpoints.Keys.Select(checkpoint => checkpoint.Number ?? 0)];

    private int KillBelow(int? root) => root is { } pid ? ProcessTree.KillBelow(pid, Spared()) : 0;

    /// <remarks>Asks twice: the kernel's list of children may leave one out while another of them ends.</remarks>
    private static async Task<bool> UntilNoneAsync(Func<bool> areThere, TimeSpan within, TimeProvider time)
    {
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(_pause, time);
        while (areThere() || areThere())
        {
            if (time.GetElapsedTime(began) > within)
            {
                return false;
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return true;
    }
}
