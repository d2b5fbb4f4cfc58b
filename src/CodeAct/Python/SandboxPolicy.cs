using CodeAct.Python.Network;

namespace CodeAct.Python;

/// <summary>Whether sessions are confined.</summary>
public enum SandboxMode
{
    /// <summary>As tightly as this machine allows; an engine that cannot reach the floor refuses to start.</summary>
    Auto,

    /// <summary>Not at all: code runs with all the rights of this process. Only for code that you trust.</summary>
    None,
}

/// <summary>A policy asks for what nobody can have; the message says what, and what to ask for instead.</summary>
public sealed class SandboxPolicyException(string message) : ArgumentException(message);

/// <summary>What a session can see and do of the machine; how much of it a session can use is in <see cref="SessionLimits"/>.</summary>
public sealed record SandboxPolicy
{
    /// <summary>Confined, no network, no mounts.</summary>
    public static SandboxPolicy Auto { get; } = new();

    /// <summary>Not confined. Only for code that you trust.</summary>
    public static SandboxPolicy None { get; } = new() { Mode = SandboxMode.None };

    /// <summary>Whether sessions are confined; they are unless told.</summary>
    public SandboxMode Mode { get; init; }

    /// <summary>What can be reached over the network; nothing unless told. Needs namespaces.</summary>
    public NetworkPolicy Network { get; init; } = NetworkPolicy.None;

    /// <summary>What of the host's files can be seen besides the workspace; none unless told.</summary>
    public IReadOnlyList<SandboxMount> Mounts
    {
        get;
        init => field = value.GroupBy(mount => mount.Name).FirstOrDefault(group => group.Skip(1).Any()) is { } twice
            ? throw new SandboxPolicyException($"Two mounts are called '{twice.Key}'; give each a name of its own.")
            : [.. value];
    } = [];

    /// <summary>Throws when this policy asks for what its mode does not give.</summary>
    /// <exception cref="SandboxPolicyException">A mode that confines nothing is to allow something.</exception>
    internal void Check()
    {
        if (Mode is SandboxMode.None && (Network.Allowed.Count > 0 || Mounts.Count > 0))
        {
            throw new SandboxPolicyException(
                "Without a sandbox nothing is kept from a session, so an allow-list or mounts would say nothing; "
                + "leave them out, or use SandboxMode.Auto.");
        }
    }
}
