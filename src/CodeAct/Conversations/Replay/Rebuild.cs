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
        var begun = new Runs(plan.Runs, session);
        try
        {
            foreach (var cell in plan.Cells)
            {
                await begun.BeginAsync(upTo: cell.Run, cancellationToken);
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

            await begun.BeginAsync(upTo: null, cancellationToken);
        }
        finally
        {
            session.Tools = tools;
        }

        return new InterpreterRebuilt(ran, [.. begun.Notes(), .. notes]);
    }

    /// <summary>Copies the files that the host gave before a run, as far as they are still the same and not there already.</summary>
    public static async Task AddFilesAsync(RunStarted run, Workspace workspace, CancellationToken cancellationToken)
    {
        var there = workspace.Files().ToHashSet(StringComparer.Ordinal);
        foreach (var given in (run.Given ?? []).Where(given => !there.Contains(given.Name)))
        {
            await workspace.AddAgainAsync(given, cancellationToken);
        }
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

    /// <summary>The runs of the conversation, each begun once and as the agent does.</summary>
    private sealed class Runs(IReadOnlyList<RunStarted> all, IPythonSession session)
    {
        private readonly List<string> _missing = []; // each file is named once
        private int _begun;

        /// <summary>Begins those that have not begun yet, up to one or all of them.</summary>
        public async Task BeginAsync(RunStarted? upTo, CancellationToken cancellationToken)
        {
            while (_begun < all.Count && (_begun == 0 || all[_begun - 1] != upTo))
            {
                var run = all[_begun++];
                var files = new JsonArray([.. run.Files.Select(file => JsonValue.Create(file))]);
                await session.SetVariableAsync("task", JsonValue.Create(run.Task), cancellationToken);
                await session.SetVariableAsync("files", files, cancellationToken);
                await AddFilesAsync(run, session.Workspace, cancellationToken);
                _missing.AddRange([.. run.Files.Except(session.Workspace.Files(), StringComparer.Ordinal).Except(_missing)]);
            }
        }

        public IEnumerable<string> Notes() => _missing.Count == 0 ? [] :
        [
            $"Missing: {string.Join(", ", _missing)}. The log does not hold the contents of files, and where these came from they are gone "
                + "or have changed; give them again.",
        ];
    }
}
