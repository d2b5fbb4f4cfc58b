using System.Numerics;
using System.Runtime.CompilerServices;

namespace CodeAct.Python;

/// <summary>What a session may use of the machine. What one cell may use is in <see cref="Cell"/>.</summary>
/// <remarks>
/// A limit on what a program asks for ends in a Python exception that names it: <c>MemoryError</c> or <c>OSError</c>. The others
/// end the cell, and <see cref="CellEnded.Reason"/> names the limit, its value and what was kept.
/// </remarks>
public sealed record SessionLimits
{
    /// <summary>Bytes of memory of one process of the session beyond what the template holds; 2 GiB unless told.</summary>
    public long MemoryBytes
    {
        get;
        init => field = AtLeast(1 << 20, value);
    } = 2L << 30;

    /// <summary>
    /// Bytes of memory of all processes of the session together, with its checkpoints and with its files where they lie in memory;
    /// 4 GiB unless told. Only where the host may make control groups; see <see cref="SandboxReport"/>.
    /// </summary>
    /// <remarks>Beyond it the system kills a process of the session; when that is the interpreter, the result says so.</remarks>
    public long SessionMemoryBytes
    {
        get;
        init => field = AtLeast(16 << 20, value);
    } = 4L << 30;

    /// <summary>Processes and threads at a time, checkpoints among them; 128 unless told.</summary>
    public int Processes
    {
        get;
        init => field = AtLeast(1, value);
    } = 128;

    /// <summary>Open files of one process; 1024 unless told.</summary>
    public int OpenFiles
    {
        get;
        init => field = AtLeast(16, value);
    } = 1024;

    /// <summary>Bytes of one file; 1 GiB unless told.</summary>
    public long FileBytes
    {
        get;
        init => field = AtLeast(0, value);
    } = 1L << 30;

    /// <summary>Bytes of all files in <c>/tmp</c>; 256 MiB unless told.</summary>
    public long TemporaryBytes
    {
        get;
        init => field = AtLeast(1 << 20, value);
    } = 256L << 20;

    /// <summary>Bytes of all files in the workspace; 1 GiB unless told.</summary>
    public long WorkspaceBytes
    {
        get;
        init => field = AtLeast(1 << 20, value);
    } = 1L << 30;

    /// <summary>Files, directories and links in the workspace; 100,000 unless told.</summary>
    public int WorkspaceFiles
    {
        get;
        init => field = AtLeast(16, value);
    } = 100_000;

    /// <summary>Bytes that one cell may show, text and displays together; 64 MiB unless told. It is interrupted at this point.</summary>
    public long OutputBytes
    {
        get;
        init => field = AtLeast(1 << 10, value);
    } = 64L << 20;

    /// <summary>Events that a cell may send in a second; 10,000 unless told. One that sends more has to wait.</summary>
    public int EventsPerSecond
    {
        get;
        init => field = AtLeast(10, value);
    } = 10_000;

    /// <summary>After how long without use the interpreter is ended, with its checkpoints; null, as unless told, for never.</summary>
    /// <remarks>Files are kept, and what the host has set; the next cell starts with <see cref="InterpreterRestarted"/>.</remarks>
    public TimeSpan? IdleTime
    {
        get;
        init => field = value is null || value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The time without use must be above zero.");
    }

    /// <summary>How many cells the session may run in all; null, as unless told, for any number.</summary>
    public int? Cells
    {
        get;
        init => field = value is { } cells ? AtLeast(0, cells) : null;
    }

    private static T AtLeast<T>(T least, T value, [CallerMemberName] string name = "")
        where T : INumber<T> =>
        value >= least ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be {least} or more.");
}
