using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations;

/// <summary>Two conversations side by side.</summary>
/// <param name="First">What the one took and said.</param>
/// <param name="Second">What the other took and said.</param>
/// <param name="Parting">Where they first went different ways; null when they never did.</param>
public sealed record Comparison(ConversationFigures First, ConversationFigures Second, Parting? Parting)
{
    /// <summary>Compares two logs, each from its beginning.</summary>
    public static Comparison Of(IReadOnlyList<LogEntry> first, IReadOnlyList<LogEntry> second) => new(
        ConversationFigures.Of(first), ConversationFigures.Of(second), Parting.Of(first, second));
}

/// <summary>What a conversation took and said.</summary>
/// <param name="Models">Those that were asked, in the order of their first message.</param>
/// <param name="Messages">Of the user.</param>
/// <param name="Turns">Replies of the model, among them those that were of no use.</param>
/// <param name="Rejected">Replies that were neither code nor an answer.</param>
/// <param name="Cells">Cells that were started.</param>
/// <param name="Failed">Those of them that did not come to their end without an exception.</param>
/// <param name="InputTokens">Of all requests, as far as the provider said.</param>
/// <param name="OutputTokens">Of all replies.</param>
/// <param name="Elapsed">From each message to the end of its run; the time between runs is not in it.</param>
/// <param name="InModel">The part of it in which the model was waited for.</param>
/// <param name="InCells">The part of it in which cells ran.</param>
/// <param name="Answers">What came of each message: the answer, or in brackets why there is none.</param>
public sealed record ConversationFigures(
    IReadOnlyList<string> Models,
    int Messages,
    int Turns,
    int Rejected,
    int Cells,
    int Failed,
    long InputTokens,
    long OutputTokens,
    TimeSpan Elapsed,
    TimeSpan InModel,
    TimeSpan InCells,
    IReadOnlyList<string> Answers)
{
    internal static ConversationFigures Of(IReadOnlyList<LogEntry> entries)
    {
        var started = entries.Select(entry => entry.Event).OfType<RunStarted>().ToList();
        var replies = entries.Select(entry => entry.Event).OfType<ReplyEnded>().ToList();
        var finished = entries.Select(entry => entry.Event).OfType<CellFinished>().ToList();
        var cells = entries.Count(entry => entry.Event is CellStarted);
        var (elapsed, answers) = Runs(entries);
        return new ConversationFigures(
            [.. started.Select(run => run.Model).Distinct(StringComparer.Ordinal)],
            started.Count,
            replies.Count,
            entries.Count(entry => entry.Event is ReplyRejected),
            cells,
            cells - finished.Count(cell => cell.Result.Status is CellStatus.Ok),
            replies.Sum(reply => reply.InputTokens ?? 0),
            replies.Sum(reply => reply.OutputTokens),
            elapsed,
            Sum(replies.Select(reply => reply.Elapsed)),
            Sum(finished.Select(cell => cell.Result.Elapsed)),
            answers);
    }

    /// <summary>What came of a run: the answer, or in brackets why there is none.</summary>
    internal static string Answer(RunEnded end) => end.Answer?.Trim() ?? $"[{Prompts.Why(end.Reason)}]";

    // By the clock of the log, for a run that was cut off has no totals.
    private static (TimeSpan Elapsed, List<string> Answers) Runs(IReadOnlyList<LogEntry> entries)
    {
        const string CutOff = "[the run was cut off]";
        var (elapsed, answers, running) = (TimeSpan.Zero, new List<string>(), false);
        for (var index = 0; index < entries.Count; index++)
        {
            var happened = entries[index].Event;
            if (running && happened is not (RunStarted or InterpreterRebuilt or RunContinued))
            {
                elapsed += entries[index].At - entries[index - 1].At;
            }

            if (happened is RunStarted)
            {
                answers.Add(CutOff); // until its end comes
            }
            else if (happened is RunEnded end && answers.Count > 0)
            {
                answers[^1] = Answer(end);
            }

            running = happened is RunStarted or RunContinued || (running && happened is not (RunEnded or InterpreterRebuilt));
        }

        return (elapsed, answers);
    }

    private static TimeSpan Sum(IEnumerable<TimeSpan> times) => times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);
}

/// <summary>Where two conversations first went different ways.</summary>
/// <param name="Message">The number of the message of which it is a consequence, from 1.</param>
/// <param name="Cell">How many cells of that message had been started by then, this one among them.</param>
/// <param name="First">What the one did there; null when it was over.</param>
/// <param name="Second">What the other did there; null when it was over.</param>
public sealed record Parting(int Message, int Cell, ConversationStep? First, ConversationStep? Second)
{
    internal static Parting? Of(IReadOnlyList<LogEntry> first, IReadOnlyList<LogEntry> second)
    {
        var (one, other) = (Steps(first), Steps(second));
        var (message, cell) = (0, 0);
        for (var index = 0; index < Math.Max(one.Count, other.Count); index++)
        {
            var (left, right) = (one.ElementAtOrDefault(index), other.ElementAtOrDefault(index));
            switch ((left ?? right)!.Kind)
            {
                case StepKind.Message:
                    (message, cell) = (message + 1, 0);
                    break;
                case StepKind.Code:
                    cell++;
                    break;
                default:
                    break;
            }

            if (left != right)
            {
                return new Parting(message, cell, left, right);
            }
        }

        return null;
    }

    // What the model thought aloud is left out: it differs always and changes nothing.
    private static List<ConversationStep> Steps(IReadOnlyList<LogEntry> entries) =>
    [
        .. entries.Select(entry => entry.Event switch
        {
            RunStarted started => new ConversationStep(StepKind.Message, started.Task.Trim()),
            CellStarted(var code) => new ConversationStep(StepKind.Code, code.Trim()),
            CellFinished finished => new ConversationStep(StepKind.Observation, finished.Observation.Trim()),
            RunEnded ended => new ConversationStep(StepKind.Answer, ConversationFigures.Answer(ended)),
            _ => null,
        }).OfType<ConversationStep>(),
    ];
}

/// <summary>A step of a conversation that can be compared.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The whole of it.</param>
public sealed record ConversationStep(StepKind Kind, string Text);

/// <summary>The kinds of <see cref="ConversationStep"/>.</summary>
public enum StepKind
{
    /// <summary>The user's message.</summary>
    Message,

    /// <summary>The code of a cell.</summary>
    Code,

    /// <summary>What the model was shown of a cell.</summary>
    Observation,

    /// <summary>The end of a run: the answer, or in brackets why there is none.</summary>
    Answer,
}
