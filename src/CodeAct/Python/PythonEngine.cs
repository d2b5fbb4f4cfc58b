using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace CodeAct.Python;

/// <summary>Runs Python on this machine: a template process that forks a confined interpreter for each session.</summary>
/// <remarks>Start one per process and share it; all members may be used from several threads.</remarks>
public sealed class PythonEngine : IAsyncDisposable
{
    private readonly Reactor _reactor;
    private readonly ControlGroups _groups;
    private readonly IReadOnlyList<SandboxLayer> _layers;
    private readonly TemplateProcess _template;
    private readonly WorkerPool _pool;
    private readonly ConcurrentDictionary<LocalSession, byte> _sessions = [];

    private PythonEngine(
        PythonEngineOptions options, Reactor reactor, ControlGroups groups, TemplateProcess template, IReadOnlyList<SandboxLayer> layers)
    {
        Options = options;
        _reactor = reactor;
        _groups = groups;
        _template = template;
        _layers = layers;
        _pool = new WorkerPool(template, options.PoolSize, options.Limits, options.Sandbox);
    }

    /// <summary>What it was started with.</summary>
    public PythonEngineOptions Options { get; }

    /// <summary>The version of Python, such as <c>3.11.2</c>.</summary>
    public string PythonVersion => _template.Ready.Python;

    /// <summary>Modules that were to be imported and could not be, with the reason.</summary>
    public IReadOnlyDictionary<string, string> MissingModules => _template.Ready.Missing;

    /// <summary>What is enforced on sessions here.</summary>
    public SandboxReport Sandbox => new(Options.Sandbox.Mode, [.. _template.Ready.Layers, .. _layers]);

    /// <summary>Where sessions find a mount: <c>/mnt/NAME</c>, or without namespaces the path that it has on the host.</summary>
    public string PathInSession(SandboxMount mount) =>
        Options.Sandbox.Mode is SandboxMode.Auto && _template.Ready.NoNamespaces is null ? "/mnt/" + mount.Name : mount.HostPath;

    /// <summary>Starts the template; takes as long as its imports, 1 to 3 s with the modules of the default options.</summary>
    /// <exception cref="PythonUnavailableException">No such interpreter, or without IPython, or the sandbox cannot be had.</exception>
    public static async Task<PythonEngine> StartAsync(PythonEngineOptions options, CancellationToken cancellationToken)
    {
        var reactor = new Reactor();
        var confines = options.Sandbox.Mode is SandboxMode.Auto;
        var groups = ControlGroups.Open(confines && options.ControlGroups);
        try
        {
            var probing = confines ? ControlGroupProbe.RunAsync(groups, options.Limits, cancellationToken) : null;
            var template = await TemplateProcess.StartAsync(options, reactor, groups, cancellationToken);
            return new PythonEngine(options, reactor, groups, template, probing is null ? [] : await probing);
        }
        catch
        {
            await groups.DisposeAsync();
            reactor.Dispose();
            throw;
        }
    }

    /// <summary>Gives a session of its own interpreter and workspace; from the pool when one is ready.</summary>
    /// <exception cref="SandboxPolicyException">Its policy asks for what cannot be had; the message says what.</exception>
    /// <exception cref="PythonUnavailableException">None could be forked, or this machine cannot enforce its policy.</exception>
    public async Task<IPythonSession> CreateSessionAsync(SessionOptions options, CancellationToken cancellationToken)
    {
        var (limits, policy) = (options.Limits ?? Options.Limits, options.Sandbox ?? Options.Sandbox);
        if (policy.Mode != Options.Sandbox.Mode)
        {
            throw new SandboxPolicyException(
                $"A session cannot have SandboxMode.{policy.Mode} in an engine that was started with SandboxMode.{Options.Sandbox.Mode}.");
        }

        var (worker, workspace) = options is { Limits: null, Sandbox: null }
            ? await _pool.TakeAsync(cancellationToken)
            : await _pool.ForkAsync(limits, policy, warm: false, cancellationToken);
        var plan = new SessionPlan(limits, policy, options.Checkpoints ?? Options.Checkpoints);
        return Enlist(new LocalSession(this, workspace, plan, worker, ran: 0, variables: new Dictionary<string, JsonNode?>()));
    }

    /// <summary>Ends every session and the template, and deletes what they left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        foreach (var session in _sessions.Keys)
        {
            await session.DisposeAsync();
        }

        await _template.DisposeAsync();
        await _groups.DisposeAsync();
        _reactor.Dispose();
    }

    internal Reactor Reactor => _reactor;

    internal string CheckpointStore => _template.CheckpointStore;

    /// <summary>Lets a checkpoint outlive its worker where the template would else end it.</summary>
    internal Task KeepAsync(FrozenProcess frozen) => frozen.Number is { } process ? _template.KeepAsync(process) : Task.CompletedTask;

    internal Task<Worker> ForkAsync(
        Workspace workspace, SessionLimits limits, SandboxPolicy policy, CancellationToken cancellationToken) =>
        _template.ForkAsync(workspace, limits, policy, warm: false, cancellationToken);

    /// <summary>Where a session finds a workspace.</summary>
    internal string PathInSession(Workspace workspace) => _template.Ready.NoNamespaces is null ? workspace.PathInSession : workspace.Root;

    /// <summary>Takes note of a session, so that it ends with the engine.</summary>
    internal LocalSession Enlist(LocalSession session)
    {
        _sessions[session] = 0;
        session.Rest();
        return session;
    }

    internal void Forget(LocalSession session) => _sessions.TryRemove(session, out _);
}
