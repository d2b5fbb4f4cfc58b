namespace CodeAct.Python;

/// <summary>What is enforced on this machine, found out by trying it when the engine started.</summary>
/// <param name="Mode">What was asked for.</param>
/// <param name="Layers">One for each thing that is kept from a session; empty with <see cref="SandboxMode.None"/>.</param>
public sealed record SandboxReport(SandboxMode Mode, IReadOnlyList<SandboxLayer> Layers);

/// <summary>One thing that is kept from a session.</summary>
/// <param name="Name">Such as <c>network</c>.</param>
/// <param name="Enforced">False when an attempt from inside went through.</param>
/// <param name="How">By what means, and what the attempt gave.</param>
public sealed record SandboxLayer(string Name, bool Enforced, string How);
