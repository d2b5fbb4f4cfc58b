using System.Diagnostics;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;

namespace CodeAct.Telemetry;

/// <summary>Where the time of a conversation's runs went, read from their events.</summary>
/// <param name="Runs">In their order. What passed between them was nobody's time.</param>
public sealed record Timeline(IReadOnlyList<TimelineRun> Runs)
{
    /// <summary>Reads it from a log; what comes before the first run is left out.</summary>
    public static Timeline Of(IEnumerable<LogEntry> entries)
    {
        var runs = new List<RunReader>();
        foreach (var entry in entries)
        {
            if (entry.Event is RunStarted started)
            {
                runs.Add(new RunReader(started.Task, started.Model, entry.At));
            }
            else if (entry.Event is RunContinued)
            {
                var earlier = runs.LastOrDefault();
                runs.Add(new RunReader(earlier?.Task ?? "A run goes on", earlier?.Model ?? "", entry.At));
            }
            else
            {
                runs.LastOrDefault()?.Take(entry);
            }
        }

        return new Timeline([.. runs.Select(run => run.End())]);
    }

    private sealed class RunReader(string task, string model, DateTimeOffset at)
    {
        private readonly List<TimelineTurn> _turns = [];
        private readonly List<TimelineSpan> _spans = []; // of the turn that goes on
        private readonly Dictionary<long, (string Tool, double Start)> _open = [];
        private readonly Dictionary<(long?, string), double> _asked = []; // what waits for an approval
        private string _title = "";
        private (TimeKind Kind, double Start, string Label)? _action; // the cell or call that runs
        private double _now;
        private double _waited; // of the action that runs
        private string? _reason;

        public string Task => task;

        public string Model => model;

        public void Take(LogEntry entry)
        {
            var before = _now;
            _now = Math.Max(_now, (entry.At - at).TotalSeconds);
            switch (entry.Event)
            {
                case ReplyEnded reply:
                    EndTurn();
                    Add(reply);
                    break;
                case ModelText: // a reply that broke off; when its first piece came is not known
                    EndTurn();
                    Add(TimeKind.Streaming, before, _now, "a reply that broke off");
                    break;
                case CellStarted(var code):
                    (_action, _title) = ((TimeKind.Interpreter, _now, "cell"), Telling(code));
                    break;
                case CellOutput(ToolCalled call):
                    _open[call.Call] = (call.Name, _now);
                    break;
                case CellOutput(ToolReturned returned):
                    _open.Remove(returned.Call);
                    Add(TimeKind.Tool, _now - returned.Elapsed.TotalSeconds, _now, returned.Name);
                    break;
                case CellFinished finished:
                    _action ??= (TimeKind.Interpreter, before, "cell");
                    EndAction(finished.Result.Elapsed, finished.Result.Status is CellStatus.Ok ? "" : $", {finished.Result.Status}");
                    break;
                case CallStarted call:
                    (_action, _title) = ((TimeKind.Tool, _now, call.Tool), $"{call.Tool} {FirstLine(call.Arguments)}");
                    break;
                case CallFinished call:
                    _action ??= (TimeKind.Tool, before, "call");
                    EndAction(call.Elapsed, call.Error is null ? "" : ", failed");
                    break;
                case ApprovalRequested asked:
                    _asked[(asked.Call, asked.Tool)] = _now;
                    break;
                case ApprovalAnswered answered when _asked.Remove((answered.Call, answered.Tool), out var since):
                    _waited += _now - since;
                    Add(TimeKind.Waiting, since, _now, $"{answered.Tool}, {(answered.IsApproved ? "approved" : "denied")}");
                    break;
                case RunEnded ended:
                    _title = ended.Answer is { } answer && _title.Length == 0 ? FirstLine(answer) : _title;
                    _reason = Prompts.Why(ended.Reason, ended.Detail);
                    break;
            }
        }

        public TimelineRun End()
        {
            if (_action is { } cut)
            {
                EndAction(TimeSpan.FromSeconds(_now - cut.Start), ", cut off");
            }

            EndTurn();
            return new TimelineRun(task, model, at, _now, _reason, _turns);
        }

        private void Add(ReplyEnded reply)
        {
            var start = Math.Max(0, _now - reply.Elapsed.TotalSeconds);
            var first = start + reply.UntilFirst.TotalSeconds;
            Add(TimeKind.UntilFirst, start, first, reply.InputTokens is { } input ? $"{input:#,0} tokens read" : "until the first token");
            Add(TimeKind.Streaming, first, _now, $"{reply.OutputTokens:#,0} tokens written");
        }

        private void EndAction(TimeSpan elapsed, string how)
        {
            var (kind, start, label) = _action ?? throw new UnreachableException("Something ended that had not begun.");
            foreach (var (tool, called) in _open.Values)
            {
                Add(TimeKind.Tool, called, _now, $"{tool}, no answer");
            }

            _open.Clear();
            foreach (var ((_, tool), since) in _asked)
            {
                Add(TimeKind.Waiting, since, _now, $"{tool}, undecided");
            }

            _asked.Clear();
            Add(kind, Math.Max(start, _now - elapsed.TotalSeconds - _waited), _now, label + how);
            (_action, _waited) = (null, 0);
        }

        private void Add(TimeKind kind, double start, double end, string label) =>
            _spans.Add(new TimelineSpan(kind, Math.Max(0, start), Math.Max(0, Math.Min(end, _now)), label));

        private void EndTurn()
        {
            if (_spans.Count > 0)
            {
                _turns.Add(new TimelineTurn(_title, [.. _spans.OrderBy(span => span.Kind)]));
            }

            _spans.Clear();
            _title = "";
        }

        // Most cells begin with the same imports.
        private static string Telling(string code) =>
            Lines(code).FirstOrDefault(line => !line.StartsWith("import ", StringComparison.Ordinal)
                && !line.StartsWith("from ", StringComparison.Ordinal)) ?? FirstLine(code);

        private static string FirstLine(string text) => Lines(text).FirstOrDefault("");

        private static string[] Lines(string text) =>
            text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }
}

/// <summary>The time of one message.</summary>
/// <param name="Task">The user's message.</param>
/// <param name="Model">The model's name.</param>
/// <param name="At">When it began.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="End">Why it ended; null when the log does not say.</param>
/// <param name="Turns">One for each reply, in their order.</param>
public sealed record TimelineRun(
    string Task, string Model, DateTimeOffset At, double Seconds, string? End, IReadOnlyList<TimelineTurn> Turns)
{
    /// <summary>Seconds of each kind, without those of what ran within it: a cell's time is without that of the tools it called.</summary>
    public IReadOnlyDictionary<TimeKind, double> Sums
    {
        get
        {
            var spans = Turns.SelectMany(turn => turn.Spans).ToList();
            var sums = new Dictionary<TimeKind, double>();
            var covered = new List<TimelineSpan>();
            foreach (var kind in Enum.GetValues<TimeKind>().OrderDescending())
            {
                var before = Covered(covered);
                covered.AddRange(spans.Where(span => span.Kind == kind));
                sums[kind] = Covered(covered) - before;
            }

            return sums;
        }
    }

    private static double Covered(List<TimelineSpan> spans)
    {
        var (sum, until) = (0.0, 0.0);
        foreach (var span in spans.OrderBy(span => span.Start))
        {
            sum += Math.Max(0, span.End - Math.Max(until, span.Start));
            until = Math.Max(until, span.End);
        }

        return sum;
    }
}

/// <summary>A reply of the model and what came of it.</summary>
/// <param name="Title">The first line of its code that imports nothing, or of the answer.</param>
/// <param name="Spans">What is within another comes behind it.</param>
public sealed record TimelineTurn(string Title, IReadOnlyList<TimelineSpan> Spans);

/// <summary>A stretch of time.</summary>
/// <param name="Kind">Whose.</param>
/// <param name="Start">Seconds from the beginning of the run.</param>
/// <param name="End">The same.</param>
/// <param name="Label">What it was.</param>
public sealed record TimelineSpan(TimeKind Kind, double Start, double End, string Label);

/// <summary>Whose time it is; what runs within another comes behind it.</summary>
public enum TimeKind
{
    /// <summary>The model's, from the request to the first piece of its reply.</summary>
    UntilFirst,

    /// <summary>The model's, while its reply streams in.</summary>
    Streaming,

    /// <summary>The interpreter's.</summary>
    Interpreter,

    /// <summary>A tool's.</summary>
    Tool,

    /// <summary>A person's, who was asked to approve a call.</summary>
    Waiting,
}
