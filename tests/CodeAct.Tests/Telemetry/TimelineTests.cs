using System.Xml.Linq;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.Telemetry;

namespace CodeAct.Tests.Telemetry;

public sealed class TimelineTests
{
    private static readonly DateTimeOffset _noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_time_of_a_cell_is_without_that_of_the_tools_it_called_and_parallel_calls_count_once()
    {
        var run = Assert.Single(Timeline.Of(
        [
            At(0, new RunStarted("How much?", [], "openai:gpt", "")),
            At(3.0, Reply(untilFirst: 1, elapsed: 2.5)),
            At(3.0, new CellStarted("import time\nfetch('a')")),
            At(3.5, new CellOutput(new ToolCalled(1, "fetch", "{}"))),
            At(3.5, new CellOutput(new ToolCalled(2, "fetch", "{}"))),
            At(4.5, new CellOutput(new ToolReturned(1, "fetch", "1", null, TimeSpan.FromSeconds(1)))),
            At(5.0, new CellOutput(new ToolReturned(2, "fetch", "1", null, TimeSpan.FromSeconds(1.5)))),
            At(6.0, new CellFinished(new CellEnded(CellStatus.Ok, TimeSpan.FromSeconds(3), true, null, []), "")),
            At(7.0, Reply(untilFirst: 0.5, elapsed: 1)),
            At(7.5, Ended("42")),
        ]).Runs);

        Assert.Equal(7.5, run.Seconds, 6);
        Assert.Equal(["fetch('a')", "42"], run.Turns.Select(turn => turn.Title));
        Assert.Equal(
            [
                (TimeKind.UntilFirst, 1.5), (TimeKind.Streaming, 2.0), (TimeKind.Interpreter, 1.5), (TimeKind.Tool, 1.5), (TimeKind.Waiting, 0.0),
            ],
            run.Sums.OrderBy(sum => sum.Key).Select(sum => (sum.Key, Math.Round(sum.Value, 6))));
    }

    [Fact]
    public void What_was_cut_off_lasts_until_the_run_ended_and_a_call_that_fails_is_a_tools_time()
    {
        var runs = Timeline.Of(
        [
            At(0, new RunStarted("Wait", [], "openai:gpt", "")),
            At(1, Reply(untilFirst: 1, elapsed: 1)),
            At(1, new CallStarted("slow", """{"for":1}""")),
            At(3, new CallFinished(null, "no", TimeSpan.FromSeconds(2), "no")),
            At(4, Reply(untilFirst: 1, elapsed: 1)),
            At(4, new CellStarted("sleep()")),
            At(5, new CellOutput(new ToolCalled(1, "slow", "{}"))),
            At(9, new RunEnded(StopReason.Interrupted, null, new RunTotals(2, 1, 0, 0, TimeSpan.FromSeconds(9)))),
            At(900, new RunStarted("Again", [], "openai:gpt", "")),
            At(902, new ModelText("half a rep")),
        ]).Runs;

        Assert.Equal(["the user stopped the run", null], runs.Select(run => run.End));
        Assert.Equal([9, 2], runs.Select(run => run.Seconds));
        Assert.Equal(["slow, failed", "cell, cut off", "slow, no answer", "a reply that broke off"], runs
            .SelectMany(run => run.Turns).SelectMany(turn => turn.Spans).Select(span => span.Label)
            .Where(label => !label.Contains("token", StringComparison.Ordinal)));
        Assert.Equal((1.0, 6.0), (runs[0].Sums[TimeKind.Interpreter], runs[0].Sums[TimeKind.Tool]));
    }

    [Fact]
    public void Waiting_for_a_person_is_nobody_elses_time_and_a_run_that_goes_on_after_a_restart_begins_anew()
    {
        var runs = Timeline.Of(
        [
            At(0, new RunStarted("Pay", [], "openai:gpt", "")),
            At(1, Reply(untilFirst: 1, elapsed: 1)),
            At(1, new CellStarted("pay(5)")),
            At(2, new CellOutput(new ToolCalled(1, "pay", "{}"))),
            At(2, new ApprovalRequested(1, "pay", "{}")),
            At(62, new ApprovalAnswered(1, "pay", IsApproved: true)),
            At(63, new CellOutput(new ToolReturned(1, "pay", "1", null, TimeSpan.FromSeconds(61)))),
            At(64, new CellFinished(new CellEnded(CellStatus.Ok, TimeSpan.FromSeconds(3), true, null, []), "")),
            At(65, Reply(untilFirst: 1, elapsed: 1)),
            At(65, new CellStarted("pay(6)")),
            At(65, new ApprovalRequested(1, "pay", "{}")),
            At(90_000, new RunContinued([1], [])),
            At(90_000, new ApprovalAnswered(1, "pay", IsApproved: false)),
            At(90_001, new CellFinished(new CellEnded(CellStatus.Raised, TimeSpan.FromSeconds(1), true, null, []), "")),
        ]).Runs;

        Assert.Equal([("Pay", 65.0), ("Pay", 1.0)], runs.Select(run => (run.Task, run.Seconds)));
        Assert.Equal((60, 1, 2), (runs[0].Sums[TimeKind.Waiting], runs[0].Sums[TimeKind.Tool], runs[0].Sums[TimeKind.Interpreter]));
        Assert.Equal(1, runs[1].Sums[TimeKind.Interpreter]);
    }

    [Fact]
    public void A_picture_is_xml_whatever_the_conversation_holds_and_says_each_sum_in_words()
    {
        var picture = TimelinePicture.Draw(
            Timeline.Of(
            [
                At(0, new RunStarted("<b>&\u0001\ud83d\ude00 is\nit?", [], "gguf:/models/a.gguf", "")),
                At(1, Reply(untilFirst: 0.25, elapsed: 1)),
                At(1, new CellStarted("print('</svg>')")),
                At(2, new CellFinished(new CellEnded(CellStatus.Raised, TimeSpan.FromSeconds(1), true, null, []), "")),
                At(2, Ended("yes")),
            ]),
            "conversation x");

        var svg = XDocument.Parse(picture).Root!;
        var texts = svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value).ToList();
        Assert.Contains("<b>&\ud83d\ude00 is it?", texts);
        Assert.Contains("conversation x · 2.00 s · 1 turn · 1 cell · a.gguf · 2026-01-02 12:00 UTC", texts);
        Assert.Contains("1.00 s · 50%", texts);
        Assert.Contains("0.25 s · 12.5%", texts);
        var titles = svg.Descendants().Where(one => one.Name.LocalName == "title").Select(one => one.Value).ToList();
        Assert.Contains("cell, Raised · 1.00 s", titles);
        Assert.Contains("3 tokens written · 0.75 s", titles);
    }

    [Fact]
    public void Thousands_of_calls_are_drawn_as_a_few_bars_and_no_run_at_all_is_a_picture_too()
    {
        List<LogEntry> entries = [At(0, new RunStarted("Call", [], "m:m", "")), At(1, Reply(0.5, 1)), At(1, new CellStarted("x"))];
        for (var call = 0; call < 5000; call++)
        {
            entries.Add(At(2, new CellOutput(new ToolCalled(call, "f", "{}"))));
            entries.Add(At(2, new CellOutput(new ToolReturned(call, "f", "1", null, TimeSpan.FromSeconds(0.5)))));
        }

        var picture = TimelinePicture.Draw(Timeline.Of(entries), "");

        Assert.InRange(picture.Length, 1000, 10_000);
        Assert.Contains("5000 calls: f ×5000", picture);
        Assert.Contains("no run yet", TimelinePicture.Draw(Timeline.Of([]), ""));
    }

    private static LogEntry At(double seconds, AgentEvent happened) => new(_noon.AddSeconds(seconds), happened);

    private static ReplyEnded Reply(double untilFirst, double elapsed) =>
        new("…", 5, 3, TimeSpan.FromSeconds(untilFirst), TimeSpan.FromSeconds(elapsed));

    private static RunEnded Ended(string answer) =>
        new(StopReason.Answered, answer, new RunTotals(1, 1, 0, 0, TimeSpan.FromSeconds(1)));
}
