using CodeAct.Python;

namespace CodeAct.Agents;

/// <summary>A run that waited for an approval when its program ended, and what it needs to go on at that very call.</summary>
/// <param name="Events">The conversation up to the action that waited, without it.</param>
/// <param name="Rebuilt">What became of the interpreter's state.</param>
/// <param name="Replay">
/// Wraps the tools while the action runs again: what was answered is answered from the log, and what is new goes to the tools.
/// </param>
/// <param name="Differences">What came out otherwise than the first time, a sentence each; told once the action is over.</param>
public sealed record PausedRun(
    IReadOnlyList<AgentEvent> Events,
    InterpreterRebuilt Rebuilt,
    Func<IToolHost?, IToolHost> Replay,
    Func<IReadOnlyList<CellEvent>, IReadOnlyList<string>> Differences);
