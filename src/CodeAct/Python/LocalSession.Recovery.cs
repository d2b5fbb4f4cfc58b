namespace CodeAct.Python;

// What becomes of a session whose interpreter has died.
internal sealed partial class LocalSession
{
    /// <summary>After a death: goes on from the newest checkpoint, or, when there is none, in a fresh interpreter.</summary>
    private async Task<InterpreterRestarted> ReviveAsync(CancellationToken cancellationToken)
    {
        await _processes.EndOrphansAsync(engine.Options.Time);
        foreach (var state in Kept().AsEnumerable().Reverse())
        {
            try
            {
                _worker = await ResumeAsync(state, workspace);
                var what = $"{_death}; {Remains(state)}.";
                _ran = state.Checkpoint.Cells;
                return new InterpreterRestarted(what) { From = state.Checkpoint };
            }
            catch (CheckpointException)
            {
                Evict([state]);
            }
        }

        _processes.Dispose();
        _worker = await engine.ForkAsync(workspace, plan.Limits, plan.Policy, cancellationToken);
        workspace.Separate();
        _processes = _worker.Processes;
        _ran = 0;
        return new InterpreterRestarted($"{_death}; {Remains(null)}.");
    }

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed == 1, this);
            if (_ran == 0 && _worker is not null)
            {
                return;
            }

            ForgetCheckpoints();
            await EndAsync();
            (_worker, _death, _ran, _unkept, _refused) = (null, "The interpreter was ended", 0, TimeSpan.Zero, null);
            _late.Clear();
            _worker = await engine.ForkAsync(workspace, plan.Limits, plan.Policy, cancellationToken);
            _processes = _worker.Processes;
            foreach (var (name, value) in _variables)
            {
                await AssignAsync(_worker, name, value);
            }
        }
        finally
        {
            _turn.Release();
            Rest();
        }
    }

    /// <summary>What there still is after the death of the interpreter.</summary>
    private string Remains() => Remains(Kept().LastOrDefault(state => state.Memory.Number is not null));

    private string Remains(State? state) => (state, _ran - state?.Checkpoint.Cells) switch
    {
        (null, _) => "all variables are lost, files are kept",
        (_, 0) => "variables and files are kept",
        (_, 1) => "variables are those from before that cell, files are as it left them",
        (_, var cells) => $"variables are those from before the last {cells} cells, files are as they left them",
    } + (_refused is null ? "" : $" ({_refused.TrimEnd('.')})");
}
