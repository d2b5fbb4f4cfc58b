namespace CodeAct.Python;

/// <summary>How an engine runs Python.</summary>
public sealed record PythonEngineOptions
{
    /// <summary>
    /// The interpreter: CPython 3.10 to 3.14 with IPython, that of a system, of a venv, of conda. <c>/usr/bin/python3</c> unless told.
    /// </summary>
    /// <remarks>Not one below <c>/tmp</c>, where sessions have a directory of their own. A session can read all of its prefix.</remarks>
    public string Python { get; init; } = "/usr/bin/python3";

    /// <summary>What sessions run in: forks in a sandbox unless told.</summary>
    public PythonBackend Backend { get; init; }

    /// <summary>Modules imported once, before sessions are forked; those that are missing are skipped and reported. None with
    /// <see cref="PythonBackend.Plain"/>, whose sessions would each take that long.</summary>
    public IReadOnlyList<string> Modules { get; init; } = ["numpy", "pandas", "matplotlib.pyplot", "sympy"];

    /// <summary>Where <c>%pip install</c> takes packages from; null, as unless told: it is refused.</summary>
    public PackageSource? Packages { get; init; }

    /// <summary>Sessions kept ready ahead of need, 0 to 1000; 2 unless told.</summary>
    public int PoolSize
    {
        get;
        init => field = value is >= 0 and <= 1000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A pool holds 0 to 1000 sessions.");
    } = 2;

    /// <summary>What sessions can see and do of the machine; they are confined, without network or mounts, unless told.</summary>
    public SandboxPolicy Sandbox { get; init; } = SandboxPolicy.Auto;

    /// <summary>False: only the floor that any user has, even where there are namespaces. For tests of that floor.</summary>
    internal bool Namespaces { get; init; } = true;

    /// <summary>False: no control groups, even where they can be had. For tests of what there is without.</summary>
    internal bool ControlGroups { get; init; } = true;

    /// <summary>True: the plain backend uses TCP even where there are Unix sockets. For tests of that.</summary>
    internal bool Loopback { get; init; }

    /// <summary>What each session may use unless it is told otherwise.</summary>
    public SessionLimits Limits { get; init; } = new();

    /// <summary>When sessions take checkpoints by themselves, unless they are told otherwise.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>How many sessions keep the checkpoints they take by themselves, at least 1; 64 unless told.</summary>
    /// <remarks>
    /// An idle session has 1.8 MB of its own for each. When there are more sessions, those that rested longest give theirs up,
    /// and take one before their next cell, which comes some milliseconds later for it. Should the interpreter of such a session
    /// die at rest, as by a thread it has left behind, its variables are lost.
    /// </remarks>
    public int ProtectedSessions
    {
        get;
        init => field = value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one session must be able to keep checkpoints.");
    } = 64;

    /// <summary>How long a cell that ignores interrupts may go on before its interpreter is killed; 2 s unless told.</summary>
    public TimeSpan InterruptGrace
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The grace cannot be negative.");
    } = TimeSpan.FromSeconds(2);

    /// <summary>Calls of tools that one cell may have at work at the same time, at least 1; further ones wait. 128 unless told.</summary>
    public int ParallelTools
    {
        get;
        init => field = value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one tool must be able to work.");
    } = 128;

    /// <summary>How long the template may take to import its modules; 120 s unless told.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Measures limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>How one session differs from others of its engine.</summary>
public sealed record SessionOptions
{
    /// <summary>Its own limits; null for those of the engine. Such a session does not come from the pool.</summary>
    public SessionLimits? Limits { get; init; }

    /// <summary>Its own way with checkpoints; null for that of the engine.</summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>Its own policy, of the engine's mode; null for that of the engine. Such a session does not come from the pool.</summary>
    public SandboxPolicy? Sandbox { get; init; }
}

/// <summary>What a session runs under, its own or the engine's.</summary>
internal sealed record SessionPlan(SessionLimits Limits, SandboxPolicy Policy, CheckpointOptions Checkpoints);
