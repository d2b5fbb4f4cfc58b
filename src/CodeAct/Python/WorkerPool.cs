using System.Collections.Concurrent;

namespace CodeAct.Python;

/// <summary>Keeps workers forked, confined and connected ahead of need.</summary>
internal sealed class WorkerPool : IAsyncDisposable
{
    private readonly IWorkerSource _source;
    private readonly ConcurrentQueue<(Worker Worker, Workspace Workspace)> _ready = [];
    private readonly SessionLimits _limits;
    private readonly SandboxPolicy _policy;
    private readonly SemaphoreSlim _missing;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _filling;

    public WorkerPool(IWorkerSource source, int size, SessionLimits limits, SandboxPolicy policy)
    {
        _source = source;
        _limits = limits;
        _policy = policy;
        _missing = new SemaphoreSlim(size);
        _filling = Task.Run(FillAsync, CancellationToken.None);
    }

    public async Task<(Worker Worker, Workspace Workspace)> TakeAsync(CancellationToken cancellationToken)
    {
        while (_ready.TryDequeue(out var ready))
        {
            _missing.Release();
            if (!ready.Worker.Exit.IsCompleted)
            {
                return ready;
            }

            Discard(ready);
        }

        return await ForkAsync(_limits, _policy, warm: false, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _filling;
        while (_ready.TryDequeue(out var ready))
        {
            Discard(ready);
        }

        _missing.Dispose();
        _stop.Dispose();
    }

    private static void Discard((Worker Worker, Workspace Workspace) ready)
    {
        ready.Worker.Dispose();
        ready.Worker.Processes.Dispose();
        ready.Workspace.Dispose();
    }

    public async Task<(Worker Worker, Workspace Workspace)> ForkAsync(
        SessionLimits limits, SandboxPolicy policy, bool warm, CancellationToken cancellationToken)
    {
        var workspace = _source.CreateWorkspace();
        try
        {
            return (await _source.ForkAsync(workspace, limits, policy, warm, cancellationToken), workspace);
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }

    private async Task FillAsync()
    {
        try
        {
            while (true)
            {
                await _missing.WaitAsync(_stop.Token);
                _ready.Enqueue(await ForkAsync(_limits, _policy, warm: true, _stop.Token));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or PythonUnavailableException)
        {
            // Without a pool every session is forked on demand, and whoever asks for one is told what is wrong.
        }
    }
}
