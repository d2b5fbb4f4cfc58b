namespace CodeAct.Python;

/// <summary>Whether sessions are confined.</summary>
public enum SandboxMode
{
    /// <summary>As tightly as this machine allows; an engine that cannot reach the floor refuses to start.</summary>
    Auto,

    /// <summary>Not at all: code runs with all the rights of this process. Only for code that you trust.</summary>
    None,
}

/// <summary>What is enforced on this machine, found out by trying it when the engine started.</summary>
/// <param name="Mode">What was asked for.</param>
/// <param name="Layers">One for each thing that is kept from a session; empty with <see cref="SandboxMode.None"/>.</param>
public sealed record SandboxReport(SandboxMode Mode, IReadOnlyList<SandboxLayer> Layers);

/// <summary>One thing that is kept from a session.</summary>
/// <param name="Name">Such as <c>network</c>.</param>
/// <param name="Enforced">False when an attempt from inside went through.</param>
/// <param name="How">By what means, and what the attempt gave.</param>
public sealed record SandboxLayer(string Name, bool Enforced, string How);
