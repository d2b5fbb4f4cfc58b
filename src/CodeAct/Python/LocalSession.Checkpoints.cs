using System.ComponentModel;
using System.Text.Json.Nodes;

namespace CodeAct.Python;

// Checkpoints: taking them, going back to one, and going on from the last one when the interpreter has died.
internal sealed partial class LocalSession
{
    private const int MostAutomatic = 2; // the last cell can be taken back, and the one before

    private static readonly TimeSpan _answerWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _readyWithin = TimeSpan.FromSeconds(10);

    private readonly List<State> _states = []; // the one that the session last was in comes last
    private SessionProcesses _processes = first.Processes;
    private int _ran = ran; // cells
    private int _checkpoints;

    /// <summary>A checkpoint with what it is made of.</summary>
    private sealed record State(
        Checkpoint Checkpoint,
        Workspace Place,
        FrozenProcess Memory,
        WorkspaceSnapshot Files,
        IReadOnlyDictionary<string, JsonNode?> Variables) : IDisposable
    {
        public void Dispose()
        {
            Memory.Dispose();
            Files.Dispose();
        }
    }

    public IReadOnlyList<Checkpoint> Checkpoints => [.. Kept().Select(state => state.Checkpoint).OrderBy(checkpoint => checkpoint.Id)];

    public long CheckpointBytes => Kept().Sum(state => state.Memory.Number is { } process ? ProcessTree.ProportionalBytes(process) : 0);

    public async Task<Checkpoint> CheckpointAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed == 1, this);
            _late.AddRange(await OpenAsync(cancellationToken));
            return (await TakeStateAsync(automatic: false)).Checkpoint;
        }
        finally
        {
            _turn.Release();
            Rest();
        }
    }

    public async Task RollbackAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed == 1, this);
            var state = Find(checkpoint);
            using var before = await StopWorkAsync();
            _death = $"The session could not be taken back to checkpoint {checkpoint.Id}"; // when that fails half-way
            _late.Clear();
            await RestoreAsync(state, before);
            workspace.TakeChanges();
            _variables.Clear();
            foreach (var (name, value) in state.Variables)
            {
                _variables[name] = value;
            }

            _worker = await ResumeAsync(state, workspace);
            _ran = state.Checkpoint.Cells;
            _unkept = TimeSpan.Zero;
            Renew(state);
        }
        finally
        {
            _turn.Release();
            Rest();
        }
    }

    private static async Task RestoreAsync(State state, Worker? before)
    {
        try
        {
            state.Files.Restore();
        }
        catch (IOException) when (before is not null)
        {
            before.Send(Libc.Kill); // files that it has deleted and not closed still take space
            await before.Exit;
            state.Files.Restore();
        }
    }

    public async Task<IPythonSession> ForkAsync(Checkpoint? checkpoint, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed == 1, this);
            if (checkpoint is not null)
            {
                return await BranchAsync(Find(checkpoint));
            }

            _late.AddRange(await OpenAsync(cancellationToken));
            var now = await TakeStateAsync(automatic: true);
            return await BranchAsync(now);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A second session that goes on from a state of this one.</summary>
    private async Task<IPythonSession> BranchAsync(State state)
    {
        var place = workspace.CreateBranch();
        try
        {
            Libc.SetOwner(place.Root, Libc.Stat(workspace.Root));
            state.Files.CopyTo(place.Root).Dispose();
            place.TakeChanges();
            var worker = await ResumeAsync(state, place);
            _processes.Share();
            return engine.Enlist(
                new LocalSession(engine, place, plan, worker, state.Checkpoint.Cells, state.Variables) { Tools = Tools });
        }
        catch (Exception failure)
        {
            place.Dispose();
            if (failure is IOException)
            {
                throw new CheckpointException(
                    $"No session could be forked from checkpoint {state.Checkpoint.Id}: {failure.Message} Files of a fork count for the "
                    + "limits of the session's workspace (SessionLimits.WorkspaceBytes, WorkspaceFiles).",
                    failure);
            }

            throw;
        }
    }

    private State Find(Checkpoint checkpoint) =>
        Kept().FirstOrDefault(state => state.Checkpoint == checkpoint && state.Memory.Number is not null)
        ?? throw new CheckpointException(
            $"Checkpoint {checkpoint.Id} is not there any more; of {_checkpoints} that were taken, the session keeps the last "
            + $"{plan.Checkpoints.Most}, and code of the session may have ended its process. There are: "
            + $"{string.Join(", ", Checkpoints.Select(kept => kept.Id))}.");

    private List<State> Kept()
    {
        lock (_states)
        {
            return [.. _states];
        }
    }

    /// <summary>Takes a checkpoint of the worker, which is there and runs no cell.</summary>
    private async Task<State> TakeStateAsync(bool automatic)
    {
        if (!Capabilities.Checkpoints)
        {
            throw new NotSupportedException("A session of the plain backend keeps no checkpoints; the local backend does.");
        }

        var began = engine.Options.Time.GetTimestamp();
        var worker = _worker!;
        var before = Kept().LastOrDefault()?.Files;
        var copying = Task.Run(() => WorkspaceSnapshot.Take(workspace.Root, engine.Contents, before), CancellationToken.None);
        var freezing = FreezeAsync(worker, automatic ? _answerWithin / 5 : _answerWithin);
        try
        {
            await Task.WhenAll(copying, freezing);
        }
        catch (Exception failure)
        {
            using var memory = freezing.IsCompletedSuccessfully ? await freezing : null;
            using var files = copying.IsCompletedSuccessfully ? await copying : null;
            if (failure is IOException)
            {
                throw new CheckpointException($"The files of the session could not be kept in a checkpoint: {failure.Message}", failure);
            }

            throw;
        }

        var checkpoint = new Checkpoint(++_checkpoints, _ran, engine.Options.Time.GetUtcNow(), automatic);
        var state = new State(checkpoint, workspace, await freezing, await copying, new Dictionary<string, JsonNode?>(_variables));
        lock (_states)
        {
            _states.Add(state);
        }

        _unkept = TimeSpan.Zero;
        _taking = engine.Options.Time.GetElapsedTime(began);
        _refused = null;
        _isUnprotected = false;
        Evict([.. Automatic().SkipLast(MostAutomatic)]);
        Evict([.. Kept().SkipLast(plan.Checkpoints.Most)]);
        if (automatic)
        {
            engine.Protected.Add(this);
        }

        return state;
    }

    /// <summary>After a rollback: the state to go on from when the interpreter dies, and the last one to be evicted.</summary>
    private void Renew(State state)
    {
        lock (_states)
        {
            _states.Remove(state);
            _states.Add(state);
        }
    }

    private void Evict(IReadOnlyList<State> evicted)
    {
        foreach (var state in evicted)
        {
            lock (_states)
            {
                _states.Remove(state);
            }

            state.Dispose();
        }
    }

    private void ForgetCheckpoints() => Evict(Kept());

    /// <summary>Lets the worker fork the process that is its checkpoint.</summary>
    private async Task<FrozenProcess> FreezeAsync(Worker worker, TimeSpan within)
    {
        var (near, far) = Libc.Sockets(messages: true);
        try
        {
            using (far)
            {
                ((ForkedWorker)worker).Send(FrameKind.Checkpoint, 0, far);
            }

            var frame = await AnswerAsync(worker, FrameKind.Checkpoint, within) ?? throw new CheckpointException(
                worker.Ended
                    ? $"No checkpoint could be taken. {_death}."
                    : $"No checkpoint could be taken: the interpreter did not answer within {CellBudget.Seconds(within)}, "
                        + "as if a thread held it.");
            var answer = CellReader.Parse(frame.Payload.Span, WireJson.Default.CheckpointAnswer);
            if (answer.Refused is { } reason)
            {
                throw new CheckpointException($"The session cannot be kept in a checkpoint: {reason}.");
            }

            var process = worker.Number is { } parent && answer.Pid is { } number ? ProcessTree.OpenChild(parent, number) : null;
            var frozen = new FrozenProcess(engine.Reactor, worker.Processes, process ?? throw new InvalidDataException(), near);
            await engine.KeepAsync(frozen);
            return frozen;
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidDataException)
        {
            near.Dispose();
            throw new CheckpointException(
                "The interpreter did not make a checkpoint; code of the session has changed how it works.", failure);
        }
        catch
        {
            near.Dispose();
            throw;
        }
    }

    /// <summary>What the worker answers between cells; null when it does not in time, or has ended, which is seen to.</summary>
    private async Task<Frame?> AnswerAsync(Worker worker, byte kind, TimeSpan within)
    {
        var began = engine.Options.Time.GetTimestamp();
        await using var limit = engine.Options.Time.CreateTimer(
            static worker => ((Worker)worker!).Wake(), worker, within, within); // again: a timer may be a little early
        while (engine.Options.Time.GetElapsedTime(began) < within)
        {
            await worker.WaitAsync();
            var frames = new List<Frame>(); // not kept: it may flood in place of an answer
            worker.Take(frames);
            if (frames.Find(frame => frame.Kind == kind) is { Kind: not 0 } answer)
            {
                return answer;
            }

            if (worker.Ended)
            {
                await DeathAsync(worker, ladder: null, budget: null);
                break;
            }
        }

        return null;
    }

    /// <summary>Ends all that is this session's and no other's.</summary>
    private async Task EndAsync()
    {
        if (_worker is { } worker)
        {
            var othersStay = _processes.IsShared;
            _ = othersStay && await _processes.StopWorkAsync(worker, engine.Options.Time);
            worker.Dispose();
            if (othersStay)
            {
                _ = await IsOverAsync(worker.Exit, _goodbye); // until then it counts as one of their processes
            }
        }

        _processes.Dispose();
        await _processes.EndedAsync();
    }

    /// <summary>Stops the worker for good and ends what it has started; the checkpoints stay.</summary>
    /// <returns>The worker. To give back its memory takes the kernel some milliseconds: dispose it when another is ready.</returns>
    private async Task<Worker?> StopWorkAsync()
    {
        if (_worker is { } worker)
        {
            _worker = null;
            var hasStopped = await _processes.StopWorkAsync(worker, engine.Options.Time);
            if (!hasStopped)
            {
                worker.Dispose();
                _processes.Dispose(); // all that is left, checkpoints too
                _death = "Processes of the session did not end";
                throw new CheckpointException("The session could not be taken back: its processes did not end, so all of it was ended.");
            }

            return worker;
        }

        return null;
    }

    /// <summary>A worker that goes on from there.</summary>
    /// <exception cref="CheckpointException">There is none; says why.</exception>
    private async Task<Worker> ResumeAsync(State state, Workspace place)
    {
        try
        {
            var worker = await state.Memory.ResumeAsync(place == state.Place ? null : engine.PathInSession(place));
            using var limit = new CancellationTokenSource(_readyWithin); // it runs what code of the session has made of it
            await worker.ReadyAsync(limit.Token);
            return worker;
        }
        catch (Exception failure) when (failure is CheckpointException or PythonUnavailableException or OperationCanceledException)
        {
            var late = $"It was not ready within {CellBudget.Seconds(_readyWithin)}.";
            var why = failure is OperationCanceledException ? late : failure.Message;
            throw new CheckpointException($"The session cannot go on from checkpoint {state.Checkpoint.Id}. {why}", failure);
        }
    }
}
