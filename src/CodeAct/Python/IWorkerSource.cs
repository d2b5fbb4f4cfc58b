namespace CodeAct.Python;

/// <summary>Where the interpreters of sessions come from: forks of a template, or processes of their own.</summary>
internal interface IWorkerSource : IAsyncDisposable
{
    /// <summary>What is known of the interpreter since the start.</summary>
    TemplateReady Ready { get; }

    /// <summary>What its sessions can do.</summary>
    SessionCapabilities Capabilities { get; }

    /// <summary>What is kept from its sessions, each tried; none without a sandbox.</summary>
    IReadOnlyList<SandboxLayer> Layers { get; }

    /// <summary>A workspace inside the engine's directory: it goes when the engine goes, in whatever way.</summary>
    Workspace CreateWorkspace();

    /// <summary>Makes a worker and waits until it takes cells.</summary>
    /// <param name="workspace">Its directory.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="policy">What it may see.</param>
    /// <param name="warm">Takes a little longer now, and makes the first cell faster.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <exception cref="PythonUnavailableException">None could be had.</exception>
    Task<Worker> ForkAsync(
        Workspace workspace, SessionLimits limits, SandboxPolicy policy, bool warm, CancellationToken cancellationToken);
}
