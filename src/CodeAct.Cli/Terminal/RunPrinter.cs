using System.Diagnostics;
using System.Globalization;
using CodeAct.Actions;
using CodeAct.Agents;
using Spectre.Console.Rendering;

namespace CodeAct.Cli.Terminal;

/// <summary>Prints a run for a person: live while it happens, or again from its log.</summary>
internal sealed class RunPrinter(Screen screen, TimeProvider time) : IRunView
{
    private const int MostRejected = 1000; // characters of a reply that is of no use

    private readonly CellPrinter _cell = new(screen, time);
    private ReplyEnded? _reply;      // the last one
    private RunStarted? _run;
    private string _thought = "";    // of the reply that streams in
    private bool _inAction;
    private string _streamed = "";   // of the reply as it stands on the screen
    private bool _gap;               // an empty line is due before what comes next
    private long _asked;
    private long _pieces;
    private long _tokens;
    private double _streamSeconds;

    /// <summary>True when the user's message stands on the screen already, because it was typed there.</summary>
    public bool TaskIsShown { get; init; }

    /// <summary>Prints what happened.</summary>
    public void Show(AgentEvent happened)
    {
        switch (happened)
        {
            case RunStarted started:
                ShowTask(started);
                break;
            case ModelText text:
                ShowPiece(text);
                break;
            case ReplyEnded ended:
                EndReply(ended);
                break;
            case ReplyRejected(var reason):
                ShowRejected(reason);
                break;
            case CellStarted(var code):
                ShowThought(TakeThought());
                Gap();
                _cell.Start(code);
                break;
            case CallStarted or CallFinished:
                ShowCall(happened);
                break;
            case CellOutput(var shown):
                _cell.Show(shown);
                break;
            case CellFinished finished:
                _cell.End(finished.Result);
                foreach (var note in finished.Notes ?? [])
                {
                    screen.Line(TerminalText.Clean($"  {note}"), Look.Warning);
                }

                _gap = true;
                Ask();
                break;
            case ApprovalRequested or ApprovalAnswered or RunContinued:
                ShowApproval(happened);
                break;
            case HistoryCompacted compacted:
                screen.Line($"  {Count(compacted.Dropped, "earlier message")} left out to make room in the model's context", Look.Faint);
                break;
            case RunEnded ended:
                End(ended);
                break;
            case InterpreterRebuilt rebuilt:
                ShowRebuilt(rebuilt);
                break;
            default:
                throw new UnreachableException($"No way to show {happened.GetType().Name}.");
        }
    }

    /// <summary>Says where a file or picture of the run was put.</summary>
    public void Saved(string path) => screen.Line($"  saved {TerminalText.Clean(path)}", Look.Good);

    private void ShowTask(RunStarted started)
    {
        (_tokens, _streamSeconds, _run) = (0, 0, started);
        if (!TaskIsShown)
        {
            screen.Line($"> {TerminalText.Clean(started.Task)}", Look.Task);
        }

        if (started.Files.Count > 0)
        {
            screen.Line($"  files: {TerminalText.Clean(string.Join(", ", started.Files))}", Look.Faint);
        }

        _gap = true;
        Ask();
    }

    private void ShowRejected(string reason)
    {
        var rejected = _reply?.Text ?? "";
        ShowThought(rejected.Length <= MostRejected ? rejected : rejected[..MostRejected] + " …");
        Gap();
        screen.Line($"Not usable: {reason}", Look.Warning);
        _gap = true;
        Ask();
    }

    private void ShowRebuilt(InterpreterRebuilt rebuilt)
    {
        screen.Status(null);
        screen.Line($"The interpreter is rebuilt: {Count(rebuilt.Cells.Count, "cell")} ran again.", Look.Faint);
        foreach (var note in rebuilt.Notes)
        {
            screen.Line($"  {TerminalText.Clean(note)}", Look.Warning);
        }

        screen.Line();
    }

    private void Gap()
    {
        if (_gap)
        {
            _gap = false;
            screen.Line();
        }
    }

    private void Ask()
    {
        (_thought, _inAction, _streamed, _pieces, _asked) = ("", false, "", 0, time.GetTimestamp());
        screen.Status(() => $"{(!_inAction ? "thinking" : _run?.Mode is null ? "writing code" : "writing a call")} {Progress()}");
    }

    private string Progress()
    {
        var seconds = time.GetElapsedTime(_asked).TotalSeconds;
        return _pieces > 1 ? $"· {_pieces} tokens · {_pieces / seconds:0} tokens/s" : $"· {seconds:0.0} s";
    }

    private void ShowPiece(ModelText piece)
    {
        _pieces++;
        _inAction = piece.InAction;
        _thought += piece.Thought ?? piece.Text;
        if (!screen.IsTerminal)
        {
            return;
        }

        // White space at the end waits: it is shown only when more text follows.
        var safe = TerminalText.Clean(_thought).Trim();
        if (safe.Length > _streamed.Length && safe.StartsWith(_streamed, StringComparison.Ordinal))
        {
            Gap();
            screen.Write(safe[_streamed.Length..]);
            _streamed = safe;
        }
    }

    private void EndReply(ReplyEnded ended)
    {
        _reply = ended;
        _tokens += ended.OutputTokens;
        _streamSeconds += ended.Elapsed.TotalSeconds;
        screen.Status(null);
    }

    // Once, also where several actions followed.
    private string TakeThought()
    {
        var thought = _reply?.Thought.Trim() ?? "";
        _reply = null;
        return thought;
    }

    private void ShowThought(string text)
    {
        screen.Status(null);
        var rest = TerminalText.Clean(text).Trim();
        rest = rest.StartsWith(_streamed, StringComparison.Ordinal) ? rest[_streamed.Length..] : "";
        if (rest.Length + _streamed.Length > 0)
        {
            Gap();
            screen.Write(rest);
            screen.EndLine();
        }
    }

    private void End(RunEnded ended)
    {
        screen.Status(null);
        Gap();
        if (ended is { Reason: StopReason.Answered, Answer: { } answer })
        {
            TakeBackStreamed();
            screen.Line(TerminalText.Clean(answer).Trim(), Look.Answer);
        }
        else
        {
            screen.Line($"Stopped: {Prompts.Why(ended.Reason, ended.Detail)}.", Look.Warning);
        }

        var (turns, cells, _, output, elapsed) = ended.Totals;
        var rate = _streamSeconds > 0 && _tokens > 0 ? $" · {_tokens / _streamSeconds:0} tokens/s" : "";
        screen.Line();
        var calls = ended.Totals.Calls is { } number ? $" · {Count(number, "call")}" : "";
        var cost = ended.Totals.Cost is { } spent ? string.Create(CultureInfo.InvariantCulture, $" · cost {spent:0.####}") : "";
        var how = (_run?.Mode is { } mode ? $" · {mode} mode" : "") + (_run?.Stateless is true ? " · stateless" : "");
        var done = $"{Count(turns, "turn")} · {Count(cells, "cell")}{calls}";
        screen.Line($"{done} · {Count(output, "token")}{rate}{cost} · {elapsed.TotalSeconds:0.0} s{how}", Look.Faint);
    }

    private void TakeBackStreamed()
    {
        if (_streamed.Length == 0)
        {
            return;
        }

        var rows = _streamed.Split('\n').Sum(line => Math.Max(1, (Cells(line) + screen.Width - 1) / screen.Width));
        if (rows < screen.Height)
        {
            screen.TakeBack(rows);
        }
        else
        {
            screen.EndLine();
            screen.Line();
        }
    }

    private void ShowCall(AgentEvent happened)
    {
        switch (happened)
        {
            case CallStarted call:
                ShowThought(TakeThought());
                Gap();
                screen.Line(TerminalText.Clean($"  → {call.Tool} {call.Arguments}"), Look.Faint);
                screen.Status(() => $"calling {call.Tool}");
                break;
            case CallFinished finished:
                screen.Status(null);
                var look = finished.Error is null ? Look.Plain : Look.Failure;
                screen.Line("  ← " + TerminalText.Clean(finished.Observation).ReplaceLineEndings("\n    "), look);
                _gap = true;
                Ask();
                break;
        }
    }

    private void ShowApproval(AgentEvent happened)
    {
        switch (happened)
        {
            case ApprovalRequested request:
                screen.Status(null);
                screen.Line(TerminalText.Clean($"  ? {request.Tool} {request.Arguments}{Place(request)}"), Look.Warning);
                break;
            case ApprovalAnswered answered:
                var edited = answered.Arguments is { } arguments ? $" with {arguments}" : "";
                var verdict = answered.IsApproved
                    ? $"approved{(answered.Always is true ? ", always" : "")}{edited}"
                    : $"not approved: {answered.Reason}";
                screen.Line(TerminalText.Clean($"  ! {verdict}"), answered.IsApproved ? Look.Good : Look.Failure);
                break;
            case RunContinued continued:
                ShowRebuilt(new InterpreterRebuilt(continued.Cells, continued.Notes));
                break;
        }
    }

    // The lines of the code that name the tool: where the call stands, when there is one.
    private static string Place(ApprovalRequested request)
    {
        var lines = (request.Code ?? "").Split('\n').Index()
            .Where(line => line.Item.Contains(request.Tool, StringComparison.Ordinal))
            .ToList();
        return lines is [var only] ? $"\n    line {only.Index + 1}: {only.Item.Trim()}" : "";
    }

    private static int Cells(string text) => Segment.CellCount([new Segment(text)]);

    private static string Count(long number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
