namespace CodeAct.Python;

// What ends a cell or a session before its time, and the words for it.
internal sealed partial class LocalSession
{
    private readonly WorkspaceWatch? _watch =
        plan.Policy.Mode is SandboxMode.Auto && !workspace.HasQuota ? new(workspace, plan.Limits, engine.Options.Time) : null;
    private ITimer? _unused;
    private long _usedAt;
    private int _taken; // cells in all, also those that a rollback has undone

    /// <summary>Begins to count the time without use. Called whenever the session has been used.</summary>
    internal void Rest()
    {
        if (plan.Limits.IdleTime is { } time && _disposed == 0)
        {
            _unused ??= engine.Options.Time.CreateTimer(
                static session => _ = ((LocalSession)session!).GiveBackAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _usedAt = engine.Options.Time.GetTimestamp();
            _unused.Change(time, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends an interpreter that nobody uses, with its checkpoints: they hold the same memory.</summary>
    private async Task GiveBackAsync()
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            var isUnused = engine.Options.Time.GetElapsedTime(_usedAt) >= plan.Limits.IdleTime; // else whoever used it calls Rest
            if (isUnused && _disposed == 0 && _worker is { } worker)
            {
                _worker = null;
                worker.Dispose();
                ForgetCheckpoints();
                _processes.Dispose();
                _death = $"The session was not used for {CellBudget.Seconds(plan.Limits.IdleTime!.Value)} (its idle limit), "
                    + "so its interpreter was ended";
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The end of a cell that the session will not run; null when it will.</summary>
    private CellEnded? Refusal() => plan.Limits.Cells is { } most && ++_taken > most
        ? new CellEnded(
            CellStatus.LimitReached,
            TimeSpan.Zero,
            VariablesKept: true,
            $"The session has run all of its {most} cells, so this one was not run; variables and files are kept, but only "
            + "a new session can run more",
            [])
        : null;

    /// <summary>Waits for the session's turn; false when that takes too long.</summary>
    private Task<bool> EnterAsync(TimeSpan within, CancellationToken cancellationToken) =>
        within.TotalMilliseconds < int.MaxValue ? _turn.WaitAsync(within, cancellationToken) : EnterAsync(cancellationToken);

    private async Task<bool> EnterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return true;
    }

    private async Task<bool> IsOverAsync(Task task, TimeSpan within)
    {
        await task.WaitAsync(within, engine.Options.Time, CancellationToken.None).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return task.IsCompleted;
    }

    /// <summary>Gives the turn to the next; when the cell has not waited for the interpreter, as soon as that is there.</summary>
    private async Task LeaveAsync(Task<IReadOnlyList<CellEvent>> opening)
    {
        if (!opening.IsCompleted)
        {
            await ((Task)opening).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            _late.InsertRange(0, opening.IsCompletedSuccessfully ? await opening : []); // else the next cell meets it too
        }

        Rest(); // before another has the turn, who would find a session unused that was only at work for long
        _turn.Release();
        ProtectWhenIdle();
    }

    private static CellEnded NotRun(Cell cell, string why) => new(
        CellStatus.TimedOut,
        cell.Timeout,
        VariablesKept: true,
        $"The cell was not run: its time limit of {CellBudget.Seconds(cell.Timeout)} passed while {why}.",
        []);

    /// <summary>What a cell still has of its time, at the least a millisecond: it is then interrupted as soon as it runs.</summary>
    private TimeSpan Left(Cell cell, long started)
    {
        var left = cell.Timeout - engine.Options.Time.GetElapsedTime(started);
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
    }

    private CellEnded Outcome(CellReader reader, InterruptLadder ladder, CellBudget budget, long started)
    {
        var kept = "variables are kept";
        var (status, reason) = (reader, ladder.Cause) switch
        {
            ({ Done: false }, _) => (CellStatus.Died, $"{_death}{budget.Remarks}; {Remains()}."),
            ({ Interrupted: true }, StopCause.TimeLimit) =>
                (CellStatus.TimedOut, $"{budget.Words(ladder.Cause)} and was interrupted{budget.Remarks}; {kept}."),
            ({ Interrupted: true }, StopCause.ProcessorTime or StopCause.Output or StopCause.Workspace) =>
                (CellStatus.LimitReached, $"{budget.Words(ladder.Cause)} and was interrupted{budget.Remarks}; {kept}."),
            (_, _) when budget.IsCut =>
                (CellStatus.LimitReached, $"{budget.Words(StopCause.Output)}{budget.Remarks}; it ran to its end, {kept}."),
            ({ Interrupted: true }, StopCause.Interrupt) => (CellStatus.Interrupted, $"The cell was interrupted{budget.Remarks}; {kept}."),
            ({ Succeeded: true }, _) => (CellStatus.Ok, null),
            _ => (CellStatus.Raised, null),
        };
        return new CellEnded(status, engine.Options.Time.GetElapsedTime(started), reader.Done, reason, workspace.TakeChanges());
    }

    /// <summary>Why the system killed it, when it was for the memory of the session together; null when it was not.</summary>
    private string? OutOfMemory(WorkerExit? exit) => exit is { Signal: "SIGKILL" } && _processes.Group is { MemoryKills: > 0 }
        ? $"The processes of the session reached its memory limit of {CellBudget.Bytes(plan.Limits.SessionMemoryBytes)} "
            + "(together with its checkpoints and files), and the system killed the interpreter"
        : null;

    private static string KilledBecause(InterruptLadder ladder, CellBudget? budget) =>
        (budget is null || ladder.Cause is StopCause.Interrupt or StopCause.Cancellation
            ? "The cell was to be interrupted"
            : budget.Words(ladder.Cause))
        + $" and ignored {ladder.Interrupts} interrupts, so the interpreter was killed";
}
