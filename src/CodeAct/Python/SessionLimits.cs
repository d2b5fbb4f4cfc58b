namespace CodeAct.Python;

/// <summary>What a session may use of the machine.</summary>
public sealed record SessionLimits
{
    /// <summary>Bytes of memory of one process of the session beyond what the template holds; 2 GiB unless told.</summary>
    public long MemoryBytes { get; init; } = 2L << 30;

    /// <summary>Processes and threads at a time; 128 unless told.</summary>
    public int Processes { get; init; } = 128;

    /// <summary>Open files of one process; 1024 unless told.</summary>
    public int OpenFiles { get; init; } = 1024;

    /// <summary>Bytes of one file; 1 GiB unless told.</summary>
    public long FileBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of all files in <c>/tmp</c>; 256 MiB unless told.</summary>
    public long TemporaryBytes { get; init; } = 256L << 20;

    /// <summary>Seconds of processor time of one process over its whole life; null, as unless told, for no limit.</summary>
    public int? ProcessorSeconds { get; init; }
}
