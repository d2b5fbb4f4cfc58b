using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations.Replay;

/// <summary>A cell as the log has it.</summary>
/// <param name="Number">From 1 in the conversation.</param>
/// <param name="Run">The run that it belongs to.</param>
/// <param name="Code">Its source.</param>
/// <param name="Shown">What it showed, without its end.</param>
/// <param name="End">How it ended; null when it was cut off together with its run or its host.</param>
internal sealed record RecordedCell(int Number, RunStarted Run, string Code, IReadOnlyList<CellEvent> Shown, CellEnded? End)
{
    /// <summary>Whether all of it happened, so that running it again leads to the same state.</summary>
    public bool IsWhole => End?.Status is CellStatus.Ok or CellStatus.Raised;
}

/// <summary>Finds in a log which cells have made the state that its interpreter had at the end.</summary>
internal sealed class ReplayPlan
{
    private readonly Dictionary<int, RecordedCell> _all = [];
    private readonly List<RunStarted> _runs = [];
    private List<RecordedCell> _cells = []; // those whose effects are in the interpreter's memory, as its session counts them
    private string? _code;
    private List<CellEvent> _shown = [];

    private ReplayPlan()
    {
    }

    /// <summary>The runs, in order; among them those without cells.</summary>
    public IReadOnlyList<RunStarted> Runs => _runs;

    /// <summary>The cells to be run again, in order; among them those that cannot be.</summary>
    public IReadOnlyList<RecordedCell> Cells => _cells;

    /// <summary>Cells whose variables were lost already, though their files were not.</summary>
    public IEnumerable<RecordedCell> Lost => _all.Values.Where(cell => cell.IsWhole && !_cells.Contains(cell));

    public static ReplayPlan Of(IEnumerable<AgentEvent> events)
    {
        var plan = new ReplayPlan();
        foreach (var happened in events)
        {
            plan.Take(happened);
        }

        plan.EndCell(null);
        return plan;
    }

    private void Take(AgentEvent happened)
    {
        switch (happened)
        {
            case RunStarted started:
                EndCell(null);
                _runs.Add(started);
                break;
            case CellStarted(var code):
                (_code, _shown) = (code, []);
                break;
            case CellOutput(InterpreterRestarted restarted):
                // What a session counts goes back with its state to the checkpoint.
                _cells = [.. _cells.Take(restarted.From?.Cells ?? 0)];
                break;
            case CellOutput(var shown):
                _shown.Add(shown);
                break;
            case CellFinished(var result, _):
                EndCell(result);
                break;
            case RunEnded { Reason: StopReason.ApprovalPending }: // it may go on
                break;
            case RunEnded:
                EndCell(null);
                break;
            case RunContinued continued:
                _code = null; // it is begun again
                _cells = [.. continued.Cells.Select(number => _all[number])];
                break;
            case InterpreterRebuilt rebuilt:
                EndCell(null);
                _cells = [.. rebuilt.Cells.Select(number => _all[number])];
                break;
        }
    }

    private void EndCell(CellEnded? end)
    {
        if (_code is { } code && _runs is [.., var run])
        {
            var cell = new RecordedCell(_all.Count + 1, run, code, _shown, end);
            _all[cell.Number] = cell;
            _cells.Add(cell);
        }

        _code = null;
    }
}
