using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;

namespace CodeAct.Tests.Conversations;

public sealed class ComparisonTests
{
    private static readonly DateTimeOffset _start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly AgentEvent[] _two =
    [
        new RunStarted("Count", [], "openai:a", "Be good."),
        new ReplyEnded("", 10, 1, default, TimeSpan.FromSeconds(1)),
        new ReplyRejected("Nothing."),
        .. Cell("x = 1", CellStatus.Ok, "1"),
        .. Cell("1 / 0", CellStatus.Raised, "ZeroDivisionError"),
        new RunEnded(StopReason.Answered, "One.\n", new RunTotals(3, 2, 30, 11, default)),
        new RunStarted("More", [], "openai:b", "Be good."),
        .. Cell("x + 1", CellStatus.Ok, "2"),
    ];

    [Fact]
    public void Figures_count_what_was_used_and_the_time_between_runs_is_not_in_them()
    {
        var figures = Comparison.Of(Log(_two, pauseBefore: 10), Log(_two)).First;

        Assert.Equal(["openai:a", "openai:b"], figures.Models);
        Assert.Equal((2, 4, 1, 3, 1), (figures.Messages, figures.Turns, figures.Rejected, figures.Cells, figures.Failed));
        Assert.Equal((40, 16), (figures.InputTokens, figures.OutputTokens));
        Assert.Equal(TimeSpan.FromSeconds(4), figures.InModel);
        Assert.Equal(TimeSpan.FromSeconds(6), figures.InCells);
        Assert.Equal(TimeSpan.FromSeconds(_two.Length - 2), figures.Elapsed); // a second for each event, but not for the two beginnings
        Assert.Equal(["One.", "[the run was cut off]"], figures.Answers);
    }

    [Fact]
    public void What_the_model_thinks_aloud_and_how_long_it_takes_is_no_difference()
    {
        var other = _two.Select(one => one is ReplyEnded reply ? reply with { Text = "I think.", Elapsed = TimeSpan.Zero } : one);

        Assert.Null(Comparison.Of(Log(_two), Log([.. other])).Parting);
    }

    public static TheoryData<int, AgentEvent, int, int, StepKind> Changes => new()
    {
        { 0, new RunStarted("Count on", [], "m", ""), 1, 0, StepKind.Message },
        { 4, new CellStarted("x = 2"), 1, 1, StepKind.Code },
        { 8, new CellFinished(new CellEnded(CellStatus.Ok, default, true, null, []), "0"), 1, 2, StepKind.Observation },
        { 9, new RunEnded(StopReason.TurnLimit, null, new RunTotals(3, 2, 30, 11, default)), 1, 2, StepKind.Answer },
        { 12, new CellStarted("x + 2"), 2, 1, StepKind.Code },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void They_part_at_the_first_step_that_differs(int index, AgentEvent changed, int message, int cell, StepKind kind)
    {
        AgentEvent[] other = [.. _two];
        other[index] = changed;

        var parting = Comparison.Of(Log(_two), Log(other)).Parting!;

        Assert.Equal((message, cell, kind), (parting.Message, parting.Cell, parting.First!.Kind));
        Assert.Equal(kind, parting.Second!.Kind);
        Assert.NotEqual(parting.First.Text, parting.Second.Text);
    }

    [Fact]
    public void One_that_is_over_earlier_parts_at_its_end()
    {
        var parting = Comparison.Of(Log(_two), Log(_two[..10])).Parting!;

        Assert.Equal((2, 0, StepKind.Message), (parting.Message, parting.Cell, parting.First!.Kind));
        Assert.Null(parting.Second);
    }

    private static AgentEvent[] Cell(string code, CellStatus status, string observation) =>
    [
        new ReplyEnded(code, 10, 5, default, TimeSpan.FromSeconds(1)),
        new CellStarted(code),
        new CellFinished(new CellEnded(status, TimeSpan.FromSeconds(2), true, null, []), observation),
    ];

    /// <summary>An event in each second; before one of them there may be a pause of an hour.</summary>
    private static List<LogEntry> Log(AgentEvent[] events, int pauseBefore = int.MaxValue) =>
        [.. events.Select((one, index) => new LogEntry(_start.AddSeconds(index).AddHours(index >= pauseBefore ? 1 : 0), one))];
}
