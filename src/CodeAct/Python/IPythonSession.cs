using System.Text.Json.Nodes;

namespace CodeAct.Python;

/// <summary>One live, stateful Python interpreter: variables set by a cell are there in the next.</summary>
/// <remarks>One cell runs at a time; a second call waits for the first. Whoever creates a session disposes it.</remarks>
public interface IPythonSession : IAsyncDisposable
{
    /// <summary>The directory that cells start in, as the host sees it. It is deleted with the session.</summary>
    Workspace Workspace { get; }

    /// <summary>Runs one notebook cell and streams what it shows, in order; the last event is <see cref="CellEnded"/>.</summary>
    /// <param name="cell">The code and its limit. An error in it is an event, never an exception.</param>
    /// <param name="cancellationToken">Interrupts the cell; the stream then ends with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="PythonUnavailableException">No interpreter could be had, not even a fresh one.</exception>
    IAsyncEnumerable<CellEvent> RunAsync(Cell cell, CancellationToken cancellationToken);

    /// <summary>Interrupts the running cell, which then ends as <see cref="CellStatus.Interrupted"/>; without one, does nothing.</summary>
    void Interrupt();

    /// <summary>Sets a variable, by way of JSON. It is set again whenever a fresh interpreter takes over.</summary>
    Task SetVariableAsync(string name, JsonNode? value, CancellationToken cancellationToken);
}
