using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations.Export;

/// <summary>A part of a conversation as a reader sees it.</summary>
internal abstract record Part
{
    private protected Part()
    {
    }
}

/// <summary>What the user asked.</summary>
internal sealed record Question(string Text, IReadOnlyList<string> Files) : Part;

/// <summary>What the model said before its code, or instead of an answer.</summary>
internal sealed record Thought(string Text) : Part;

/// <summary>Code that ran.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Code">The source.</param>
/// <param name="Shown">What it showed, pieces of the same stream put together.</param>
/// <param name="End">Why it ended, when not by itself; else null.</param>
internal sealed record Ran(int Number, string Code, IReadOnlyList<CellEvent> Shown, string? End) : Part;

/// <summary>A tool that the model called itself.</summary>
/// <param name="Tool">Its name.</param>
/// <param name="Arguments">As JSON.</param>
/// <param name="Observation">What the model was shown of it.</param>
internal sealed record Called(string Tool, string Arguments, string Observation) : Part;

/// <summary>The model's answer.</summary>
internal sealed record Told(string Text) : Part;

/// <summary>Something about the run that is neither the user's nor the model's.</summary>
internal sealed record Remark(string Text) : Part;

/// <summary>Reads the parts of a conversation from its events.</summary>
internal sealed class Story
{
    private readonly List<Part> _parts = [];
    private ReplyEnded? _reply;
    private CallStarted? _call; // that runs
    private readonly List<Remark> _remarks = []; // about the action that runs, told after it
    private int _cells;
    private string? _code; // of the cell that runs
    private List<CellEvent> _shown = [];

    private Story()
    {
    }

    public static IReadOnlyList<Part> Of(IEnumerable<AgentEvent> events)
    {
        var story = new Story();
        foreach (var happened in events)
        {
            story.Take(happened);
        }

        story.CutOff();
        return story._parts;
    }

    private void Take(AgentEvent happened)
    {
        switch (happened)
        {
            case RunStarted started:
                CutOff();
                _parts.Add(new Question(started.Task, started.Files));
                break;
            case ReplyEnded ended:
                _reply = ended;
                break;
            case ReplyRejected(var reason):
                Say(_reply?.Text ?? "");
                _parts.Add(new Remark($"Not usable: {reason}"));
                break;
            case CellStarted(var code):
                SayThought();
                (_code, _shown) = (code, []);
                _cells++;
                break;
            case CellOutput(var output):
                Join(_shown, output);
                break;
            case CellFinished(var result, _):
                EndCell(result.Reason);
                break;
            case CallStarted started:
                SayThought();
                _call = started;
                break;
            case CallFinished finished:
                EndCall(finished.Observation);
                break;
            case RunEnded ended:
                CutOff();
                _parts.Add(ended.Answer is { } answer
                    ? new Told(answer.Trim())
                    : new Remark($"Stopped: {Prompts.Why(ended.Reason, ended.Detail)}."));
                break;
            case InterpreterRebuilt rebuilt:
                CutOff();
                var cells = $"The interpreter was rebuilt, cells that ran again: {rebuilt.Cells.Count}.";
                _parts.Add(new Remark(string.Join(' ', [cells, .. rebuilt.Notes])));
                break;
            case ApprovalAnswered answered:
                var verdict = answered.IsApproved ? "Approved" : $"Not approved ({answered.Reason})";
                _remarks.Add(new Remark($"{verdict}: {answered.Tool}{(answered.Arguments is { } edited ? $", with {edited}" : "")}."));
                break;
            case RunContinued continued:
                _cells -= _code is null ? 0 : 1; // which is begun again
                CutOff();
                _parts.Add(new Remark(string.Join(' ', ["The run went on in a rebuilt interpreter.", .. continued.Notes])));
                break;
            case ModelText or ApprovalRequested or HistoryCompacted: // what is left out of a request is still part of the story
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No part for {happened.GetType().Name}.");
        }
    }

    private void CutOff()
    {
        if (_code is not null)
        {
            EndCell("It was cut off together with the run.");
        }

        EndCall("[cut off together with the run]");
    }

    private void EndCell(string? end)
    {
        _parts.Add(new Ran(_cells, _code ?? "", _shown, end));
        _parts.AddRange(_remarks);
        _remarks.Clear();
        _code = null;
    }

    private void Say(string text)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            _parts.Add(new Thought(text.Trim()));
        }
    }

    // Once, also where several actions followed.
    private void SayThought()
    {
        Say(_reply?.Thought ?? "");
        _reply = null;
    }

    private void EndCall(string observation)
    {
        if (_call is { } call)
        {
            _parts.Add(new Called(call.Tool, call.Arguments, observation));
            _parts.AddRange(_remarks);
            _remarks.Clear();
            _call = null;
        }
    }

    private static void Join(List<CellEvent> shown, CellEvent output)
    {
        if (output is StreamText next && shown is [.., StreamText last] && last.Stream == next.Stream)
        {
            shown[^1] = last with { Text = last.Text + next.Text };
        }
        else
        {
            shown.Add(output);
        }
    }
}
