using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace CodeAct.Python;

/// <summary>Runs Python on this machine: by default, a template process that forks a confined interpreter for each session.</summary>
/// <remarks>Start one per process and share it; all members may be used from several threads.</remarks>
public sealed class PythonEngine : IAsyncDisposable
{
    private readonly IWorkerSource _source;
    private readonly WorkerPool _pool;
    private readonly ConcurrentDictionary<LocalSession, byte> _sessions = [];
    private int _disposed;

    private PythonEngine(PythonEngineOptions options, IWorkerSource source)
    {
        Options = options;
        IdleWork = new IdleWork(options.Time);
        Protected = new ProtectedSessions(options.ProtectedSessions, IdleWork);
        _source = source;
        _pool = new WorkerPool(source, options.PoolSize, options.Limits, options.Sandbox);
    }

    /// <summary>What it was started with.</summary>
    public PythonEngineOptions Options { get; }

    /// <summary>The version of Python, such as <c>3.11.2</c>.</summary>
    public string PythonVersion => _source.Ready.Python;

    /// <summary>Modules that were to be imported and could not be, with the reason.</summary>
    public IReadOnlyDictionary<string, string> MissingModules => _source.Ready.Missing;

    /// <summary>What is enforced on sessions here.</summary>
    public SandboxReport Sandbox => new(Capabilities.Sandboxed ? SandboxMode.Auto : SandboxMode.None, _source.Layers);

    /// <summary>What its sessions can do beyond running cells.</summary>
    public SessionCapabilities Capabilities => _source.Capabilities;

    /// <summary>Where sessions find a mount: <c>/mnt/NAME</c>, or without namespaces the path that it has on the host.</summary>
    public string PathInSession(SandboxMount mount) =>
        Options.Sandbox.Mode is SandboxMode.Auto && _source.Ready.NoNamespaces is null ? "/mnt/" + mount.Name : mount.HostPath;

    /// <summary>Starts the template; takes as long as its imports, 1 to 3 s with the modules of the default options.</summary>
    /// <exception cref="PythonUnavailableException">No such interpreter, or without IPython, or the sandbox cannot be had.</exception>
    public static async Task<PythonEngine> StartAsync(PythonEngineOptions options, CancellationToken cancellationToken)
    {
        if (options.Backend == PythonBackend.Plain)
        {
            return new PythonEngine(options, await PlainWorkers.StartAsync(options, cancellationToken));
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new PythonUnavailableException(
                "There is no sandbox for Python on this platform, only on Linux. PythonBackend.Plain ('--backend plain') runs code "
                + "that you trust in a child process with all your rights.");
        }

        var confined = options with { Sandbox = PackageSource.Mount(options.Packages, options.Sandbox) };
        return new PythonEngine(confined, await TemplateProcess.StartAsync(confined, cancellationToken));
    }

    /// <summary>Gives a session of its own interpreter and workspace; from the pool when one is ready.</summary>
    /// <exception cref="SandboxPolicyException">Its policy asks for what cannot be had; the message says what.</exception>
    /// <exception cref="NotSupportedException">It is to have what this engine's <see cref="Capabilities"/> lack.</exception>
    /// <exception cref="PythonUnavailableException">None could be forked, or this machine cannot enforce its policy.</exception>
    public async Task<IPythonSession> CreateSessionAsync(SessionOptions options, CancellationToken cancellationToken)
    {
        if (options.Limits is not null && !Capabilities.Limits)
        {
            throw new NotSupportedException(
                "A session without a sandbox has no limits but the time of a cell: leave SessionOptions.Limits null, "
                + "or use the local backend with its sandbox.");
        }

        var limits = options.Limits ?? Options.Limits;
        var policy = options.Sandbox is null ? Options.Sandbox : PackageSource.Mount(Options.Packages, options.Sandbox);
        if (policy.Mode != Options.Sandbox.Mode)
        {
            throw new SandboxPolicyException(
                $"A session cannot have SandboxMode.{policy.Mode} in an engine that was started with SandboxMode.{Options.Sandbox.Mode}.");
        }

        var (worker, workspace) = options is { Limits: null, Sandbox: null }
            ? await _pool.TakeAsync(cancellationToken)
            : await _pool.ForkAsync(limits, policy, warm: false, cancellationToken);
        var checkpoints = options.Checkpoints ?? Options.Checkpoints;
        var plan = new SessionPlan(limits, policy, Capabilities.Checkpoints ? checkpoints : checkpoints with { Automatic = false });
        return Enlist(new LocalSession(this, workspace, plan, worker, ran: 0, variables: new Dictionary<string, JsonNode?>()));
    }

    /// <summary>Ends every session and the template, and deletes what they left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _pool.DisposeAsync();
            await Parallel.ForEachAsync(_sessions.Keys, (session, _) => session.DisposeAsync());
            await _source.DisposeAsync();
        }
    }

    /// <summary>What only forks of a template have.</summary>
    private TemplateProcess Template => (TemplateProcess)_source;

    internal IdleWork IdleWork { get; }

    internal ProtectedSessions Protected { get; }

    internal Reactor Reactor => Template.Reactor;

    internal ContentStore Contents => Template.Contents;

    /// <summary>Lets a checkpoint outlive its worker where the template would else end it.</summary>
    internal Task KeepAsync(FrozenProcess frozen) => frozen.Number is { } process ? Template.KeepAsync(process) : Task.CompletedTask;

    internal Task<Worker> ForkAsync(
        Workspace workspace, SessionLimits limits, SandboxPolicy policy, CancellationToken cancellationToken) =>
        _source.ForkAsync(workspace, limits, policy, warm: false, cancellationToken);

    /// <summary>Where a session finds a workspace.</summary>
    internal string PathInSession(Workspace workspace) => _source.Ready.NoNamespaces is null ? workspace.PathInSession : workspace.Root;

    /// <summary>Takes note of a session, so that it ends with the engine.</summary>
    internal LocalSession Enlist(LocalSession session)
    {
        _sessions[session] = 0;
        session.Rest();
        return session;
    }

    internal void Forget(LocalSession session)
    {
        _sessions.TryRemove(session, out _);
        Protected.Remove(session);
    }
}
