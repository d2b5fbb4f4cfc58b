namespace CodeAct.Python;

/// <summary>What a session can do beyond running cells. Asking for what it cannot ends in <see cref="NotSupportedException"/>.</summary>
public sealed record SessionCapabilities
{
    /// <summary>Its code is kept from the machine. Without this it has all the rights of this process.</summary>
    public required bool Sandboxed { get; init; }

    /// <summary><see cref="SessionLimits"/> hold. Without this only the time limit of a cell does.</summary>
    public required bool Limits { get; init; }

    /// <summary>Every process that its code started ends with it. Without this one that detaches itself goes on.</summary>
    public required bool EndsProcesses { get; init; }

    /// <summary>Its state can be kept, taken back and forked.</summary>
    public required bool Checkpoints { get; init; }
}
