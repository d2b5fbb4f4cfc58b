using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CodeAct.Actions;
using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations.Replay;

/// <summary>Brings a fresh session to the state that a conversation's interpreter had, by running its cells again.</summary>
/// <remarks>
/// Only cells that ran to their end are run again. Calls of tools are answered from the log. What comes out otherwise than it
/// did, and what cannot be rebuilt, is said and not hidden: docs/conversations.md has the rules.
/// </remarks>
public static partial class Rebuild
{
    private const int LongestLine = 200; // characters of a line that differs

    /// <summary>Runs the cells.</summary>
    /// <param name="events">The conversation from its beginning.</param>
    /// <param name="session">A fresh one, with the files that the user gives again. Its tools are as before afterwards.</param>
    /// <param name="cellTimeout">Longest time for one cell.</param>
    /// <param name="cancellationToken">Stops it; the session is then of no use.</param>
    /// <returns>Which cells ran and what is not as it was.</returns>
    public static async Task<InterpreterRebuilt> RunAsync(
        IEnumerable<AgentEvent> events, IPythonSession session, TimeSpan cellTimeout, CancellationToken cancellationToken)
    {
        var plan = ReplayPlan.Of(events);
        var notes = plan.Lost
            .Where(cell => cell.End!.Files.Count > 0)
            .Select(cell => $"Cell {cell.Number} was not run again, for its variables were lost already; its files are missing: "
                + $"{string.Join(", ", cell.End!.Files)}.")
            .ToList();
        var ran = new List<int>();
        var tools = session.Tools;
        RunStarted? run = null;
        try
        {
            foreach (var cell in plan.Cells)
            {
                if (cell.Run != run)
                {
                    run = cell.Run;
                    notes.AddRange(await BeginRunAsync(run, session, cancellationToken));
                }

                if (!cell.IsWhole)
                {
                    notes.Add($"Cell {cell.Number} was not run again, for it had been cut off{Reason(cell)}; what it had done is missing.");
                    continue;
                }

                if (cell.Run.Stateless is true)
                {
                    await session.RestartAsync(cancellationToken);
                }

                var recorded = new RecordedTools(cell, tools);
                session.Tools = tools is null && !cell.Shown.OfType<ToolCalled>().Any() ? null : recorded;
                var shown = await session.RunAsync(new Cell(cell.Code) { Timeout = cellTimeout }, cancellationToken)
                    .ToListAsync(cancellationToken);
                ran.Add(cell.Number);
                notes.AddRange(Differences(cell, shown, recorded));
                if (shown is not [.., CellEnded { VariablesKept: true }])
                {
                    notes.Add("What the cells before it had set is gone with the interpreter, and no further cell was run again.");
                    ran.Clear();
                    break;
                }
            }
        }
        finally
        {
            session.Tools = tools;
        }

        return new InterpreterRebuilt(ran, notes);
    }

    // As the agent does at the beginning of a run.
    private static async Task<IEnumerable<string>> BeginRunAsync(
        RunStarted run, IPythonSession session, CancellationToken cancellationToken)
    {
        var files = new JsonArray([.. run.Files.Select(file => JsonValue.Create(file))]);
        await session.SetVariableAsync("task", JsonValue.Create(run.Task), cancellationToken);
        await session.SetVariableAsync("files", files, cancellationToken);
        var missing = run.Files.Except(session.Workspace.Files(), StringComparer.Ordinal).ToList();
        return missing.Count == 0 ? [] : [$"The log does not hold the contents of {string.Join(", ", missing)}; give such files again."];
    }

    private static IEnumerable<string> Differences(RecordedCell cell, IReadOnlyList<CellEvent> shown, RecordedTools tools)
    {
        foreach (var difference in tools.Differences())
        {
            yield return $"Cell {cell.Number} {difference}.";
        }

        var (before, now) = (Lines([.. cell.Shown, cell.End!]), Lines(shown));
        for (var line = 0; line < Math.Max(before.Length, now.Length); line++)
        {
            var (was, comes) = (before.ElementAtOrDefault(line), now.ElementAtOrDefault(line));
            if (was != comes)
            {
                yield return $"Cell {cell.Number} came out otherwise: line {line + 1} was {Quoted(was)} and is now {Quoted(comes)}.";
                yield break;
            }
        }
    }

    // As the model is shown it, whole; where an object lies in memory says nothing about its value.
    private static string[] Lines(IEnumerable<CellEvent> events) =>
        Address().Replace(ObservationText.Of(events, int.MaxValue), "0x…").Split('\n');

    private static string Quoted(string? line) => line switch
    {
        null => "not there",
        { Length: > LongestLine } => $"'{line[..LongestLine]}…'",
        _ => $"'{line}'",
    };

    private static string Reason(RecordedCell cell) => cell.End?.Reason is { } reason ? $" ({reason.Trim().TrimEnd('.')})" : "";

    [GeneratedRegex("0x[0-9a-f]{6,}", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
