namespace CodeAct.Python;

/// <summary>A state of a session that it can be taken back to: the interpreter's memory and the files of the workspace.</summary>
/// <param name="Id">Its number in the session, from 1.</param>
/// <param name="Cells">How many cells had run by then.</param>
/// <param name="Taken">When.</param>
/// <param name="Automatic">The session took it by itself, before a cell.</param>
public sealed record Checkpoint(int Id, int Cells, DateTimeOffset Taken, bool Automatic);

/// <summary>When a session takes checkpoints by itself, and how many it keeps.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Whether there is always one of the state before the cell that runs; true unless told.</summary>
    /// <remarks>
    /// It is taken after a cell, when the session has been idle for 100 ms, so that nobody waits for it. When the next cell comes
    /// sooner, it is taken before that cell if the cells since the last one ran for more than ten times what a checkpoint takes.
    /// The cell after one takes 2 ms longer: what it writes to is copied.
    /// </remarks>
    public bool Automatic { get; init; } = true;

    /// <summary>How many are kept, 1 to 100; the oldest goes first. 8 unless told.</summary>
    public int Most
    {
        get;
        init => field = value is >= 1 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A session keeps 1 to 100 checkpoints.");
    } = 8;

    /// <summary>Bytes of memory that all of them may take beyond what they share with the session; 1 GiB unless told.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;
}

/// <summary>No checkpoint could be taken of a session, or it could not be taken back to one; the session is as it was.</summary>
public sealed class CheckpointException(string message, Exception? innerException = null) : Exception(message, innerException);
