namespace CodeAct.Python;

/// <summary>One unit of code, run as a notebook runs a cell.</summary>
/// <param name="Code">Python source; IPython's <c>!shell</c>, <c>%magics</c> and top-level <c>await</c> are allowed.</param>
public sealed record Cell(string Code)
{
    /// <summary>Longest wall-clock time until the cell is interrupted; 30 s unless told.</summary>
    /// <remarks>If it ignores the interrupts it is killed when <see cref="PythonEngineOptions.InterruptGrace"/> is over too.</remarks>
    public TimeSpan Timeout
    {
        get;
        init => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A cell needs a time limit above zero.");
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest processor time, of all processes and threads of the session together while the cell runs, until the cell is
    /// interrupted; null, as unless told, for any. Overshoots by some 10 ms for each processor.
    /// </summary>
    public TimeSpan? ProcessorTime
    {
        get;
        init => field = value is null || value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A cell needs processor time above zero.");
    }

    /// <summary>
    /// True: its last value is not shown, and it leaves no trace in <c>In</c>, <c>Out</c>, <c>_</c> and the numbers of cells. False
    /// unless told.
    /// </summary>
    public bool Silent { get; init; }

    /// <summary>The tools that it may call, by name; null, as unless told, for all that the session has.</summary>
    public IReadOnlyCollection<string>? Tools { get; init; }
}

/// <summary>What a running cell shows. A stream of these ends with exactly one <see cref="CellEnded"/>.</summary>
public abstract record CellEvent
{
    private protected CellEvent()
    {
    }
}

/// <summary>The interpreter of earlier cells is gone; this cell runs in another. Comes first.</summary>
/// <param name="Reason">Why the earlier one ended, and what became of the variables, for the model to read.</param>
public sealed record InterpreterRestarted(string Reason) : CellEvent
{
    /// <summary>The checkpoint whose variables there are now; null when they are lost.</summary>
    public Checkpoint? From { get; init; }
}

/// <summary>Text written to a stream.</summary>
/// <param name="Stream">Which stream.</param>
/// <param name="Text">A piece of the text: any length, not necessarily whole lines.</param>
/// <param name="FromEarlierCell">True when a thread or process that an earlier cell left behind wrote it.</param>
public sealed record StreamText(StreamName Stream, string Text, bool FromEarlierCell = false) : CellEvent;

/// <summary>A stream of the interpreter's process.</summary>
public enum StreamName
{
    /// <summary>Standard output.</summary>
    Stdout,

    /// <summary>Standard error.</summary>
    Stderr,
}

/// <summary>Something displayed on the way: a figure, a data frame, <c>display(x)</c>.</summary>
public sealed record DisplayData(MimeBundle Data) : CellEvent;

/// <summary>The value of the cell's last expression.</summary>
public sealed record ExecuteResult(MimeBundle Data) : CellEvent;

/// <summary>The cell raised.</summary>
/// <param name="Name">The exception's class, such as <c>KeyError</c>.</param>
/// <param name="Message">Its text.</param>
/// <param name="Traceback">The user's frames only, no colours, ending with <c>Name: Message</c>.</param>
public sealed record PythonError(string Name, string Message, string Traceback) : CellEvent;

/// <summary>The code calls a tool of the host.</summary>
/// <param name="Call">Number of the call, unique within the cell.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">A JSON object.</param>
public sealed record ToolCalled(long Call, string Name, string Arguments) : CellEvent;

/// <summary>A call has its answer. Comes before anything that the answer leads to.</summary>
/// <param name="Call">As in <see cref="ToolCalled"/>.</param>
/// <param name="Name">The tool.</param>
/// <param name="Result">JSON, bytes as a string in base64; null when it failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="Elapsed">From the call's arrival at the host.</param>
public sealed record ToolReturned(long Call, string Name, string? Result, string? Error, TimeSpan Elapsed) : CellEvent
{
    /// <summary>What kind of failure it was; null when it did not fail.</summary>
    public ToolFailureKind? Kind { get; init; }

    /// <summary>True when the result is bytes; else null.</summary>
    public bool? Bytes { get; init; }
}

/// <summary>The cell is over; the last event of its stream.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Elapsed">Wall-clock time from the request to the end.</param>
/// <param name="VariablesKept">False when the interpreter is gone; the next cell then runs in a fresh one.</param>
/// <param name="Reason">For every status but Ok and Raised: which limit or death it was, for the model to read.</param>
/// <param name="Files">Workspace files that appeared or changed since the cell before, as relative paths.</param>
public sealed record CellEnded(
    CellStatus Status, TimeSpan Elapsed, bool VariablesKept, string? Reason, IReadOnlyList<string> Files) : CellEvent;

/// <summary>How a cell ended.</summary>
public enum CellStatus
{
    /// <summary>To its end, no exception.</summary>
    Ok,

    /// <summary>With an exception of its own.</summary>
    Raised,

    /// <summary>By <see cref="IPythonSession.Interrupt"/>.</summary>
    Interrupted,

    /// <summary>By its time limit.</summary>
    TimedOut,

    /// <summary>By another of its limits: processor time, output, the size of the workspace, or the number of cells.</summary>
    LimitReached,

    /// <summary>With the interpreter: a crash, <c>os._exit</c>, out of memory, or a kill after ignored interrupts.</summary>
    Died,
}

/// <summary>One value in several representations, as Jupyter has them.</summary>
/// <param name="Data">By MIME type; text as it is, binary such as <c>image/png</c> in base64.</param>
public sealed record MimeBundle(IReadOnlyDictionary<string, string> Data)
{
    /// <summary>The <c>text/plain</c> form, or empty.</summary>
    public string PlainText => Data.GetValueOrDefault("text/plain", "");
}

/// <summary>No interpreter could be started.</summary>
public sealed class PythonUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
