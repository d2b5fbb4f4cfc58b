using System.Text.Json.Nodes;

namespace CodeAct.Python;

/// <summary>One live, stateful Python interpreter: variables set by a cell are there in the next.</summary>
/// <remarks>One cell runs at a time; a second call waits for the first. Whoever creates a session disposes it.</remarks>
public interface IPythonSession : IAsyncDisposable
{
    /// <summary>The directory that cells start in, as the host sees it. It is deleted with the session.</summary>
    Workspace Workspace { get; }

    /// <summary>What it can do beyond running cells.</summary>
    SessionCapabilities Capabilities { get; }

    /// <summary>
    /// What the code of cells may call on the host; null, as unless told, for nothing. A change holds from the next cell on, and
    /// the functions in Python follow it; it is kept when a fresh interpreter takes over or the session goes back to a checkpoint.
    /// </summary>
    IToolHost? Tools { get; set; }

    /// <summary>Runs one notebook cell and streams what it shows, in order; the last event is <see cref="CellEnded"/>.</summary>
    /// <param name="cell">The code and its limit. An error in it is an event, never an exception.</param>
    /// <param name="cancellationToken">Interrupts the cell; the stream then ends with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="PythonUnavailableException">No interpreter could be had, not even a fresh one.</exception>
    IAsyncEnumerable<CellEvent> RunAsync(Cell cell, CancellationToken cancellationToken);

    /// <summary>Interrupts the running cell, which then ends as <see cref="CellStatus.Interrupted"/>; without one, does nothing.</summary>
    void Interrupt();

    /// <summary>Sets a variable, by way of JSON. It is set again whenever a fresh interpreter takes over.</summary>
    Task SetVariableAsync(string name, JsonNode? value, CancellationToken cancellationToken);

    /// <summary>The variables that the session's code has, in the order in which they were made.</summary>
    /// <remarks>
    /// Without those whose names begin with an underscore, modules, and what the engine itself has put there. Waits for a running cell.
    /// Empty while there is no interpreter, and when the session's code keeps it from answering within 5 s.
    /// </remarks>
    Task<IReadOnlyList<Variable>> VariablesAsync(CancellationToken cancellationToken);

    /// <summary>Asks the interpreter for what helps to write code, such as completions. Waits for a running cell.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="cancellationToken">Stops waiting for the cell.</param>
    /// <returns>
    /// Its answer; an empty one while there is no interpreter, and when the session's code keeps it from answering: it is interrupted
    /// after 2 s, and as a cell is when it ignores that.
    /// </returns>
    Task<TAnswer> AskAsync<TAnswer>(CodeQuestion<TAnswer> question, CancellationToken cancellationToken);

    /// <summary>Goes on in a fresh interpreter: variables, checkpoints and what runs in it are gone, files stay.</summary>
    /// <remarks>
    /// What was set with <see cref="SetVariableAsync"/> is set again. Does nothing when no cell has run since the last time.
    /// </remarks>
    /// <exception cref="PythonUnavailableException">No fresh one could be had; the next cell tries again.</exception>
    Task RestartAsync(CancellationToken cancellationToken);

    /// <summary>The checkpoints that it can be taken back to, the oldest first.</summary>
    IReadOnlyList<Checkpoint> Checkpoints { get; }

    /// <summary>Bytes of memory that they take, each process with its part of what it shares (proportional set size).</summary>
    long CheckpointBytes { get; }

    /// <summary>Keeps the state as it is now: variables, everything else in memory, and the files of the workspace.</summary>
    /// <remarks>
    /// Costs a fork, and later a copy of what is written to: memory is shared until then. What it holds: docs/checkpoints.md.
    /// </remarks>
    /// <exception cref="CheckpointException">The session has something that cannot be kept, such as a running thread.</exception>
    Task<Checkpoint> CheckpointAsync(CancellationToken cancellationToken);

    /// <summary>Takes the session back: what runs in it is ended, and variables and files are those of the checkpoint.</summary>
    /// <remarks>The checkpoint stays, and so do later ones.</remarks>
    /// <exception cref="CheckpointException">It is not there any more.</exception>
    Task RollbackAsync(Checkpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>A second live session that goes on from the same state, with a copy of the files. Whoever asks disposes it.</summary>
    /// <remarks>
    /// Memory is shared until one of the two writes to it. Both have the same processes' namespace, <c>/tmp</c>, limits and way to
    /// the network; the new one works in a directory of its own, and the workspace of this one is closed to it.
    /// </remarks>
    /// <param name="checkpoint">The state; null for the state as it is now.</param>
    /// <param name="cancellationToken">Stops waiting for a cell that runs.</param>
    /// <exception cref="CheckpointException">The checkpoint is not there any more, or the state cannot be kept.</exception>
    Task<IPythonSession> ForkAsync(Checkpoint? checkpoint, CancellationToken cancellationToken);
}
