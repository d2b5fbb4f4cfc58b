using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.Web.Chats;
using CodeAct.Web.Pages.Conversation;

namespace CodeAct.WebTests.Pages;

/// <summary>The parts of what comes of a message, as the page has them.</summary>
public sealed class PartsTests
{
    private const string Reply = "I look.\n<execute>\nprint(1)\n</execute>";

    private static readonly RunTotals _totals = new(1, 1, 10, 5, TimeSpan.FromSeconds(1));

    private readonly Exchanges _exchanges = new();
    private long _last;

    [Fact]
    public void A_run_is_a_message_with_what_came_of_it()
    {
        Happen(
            Started("go"), Ended(Reply), new CellStarted("print(1)"), Text("1"), Text("\n"), Text("oh", StreamName.Stderr), Text("2\n"), CellOk(),
            Ended("It is 1."), new RunEnded(StopReason.Answered, "It is 1.", _totals));

        var exchange = Assert.Single(_exchanges.All);
        Assert.Equal((1L, _last, StopReason.Answered), (exchange.Number, exchange.Last, exchange.End!.Reason));
        Assert.Collection(
            exchange.Parts,
            part => Assert.Equal("I look.", Assert.IsType<Said>(part).Text),
            part =>
            {
                var cell = Assert.IsType<CellPart>(part);
                Assert.Equal((1, "print(1)", CellStatus.Ok), (cell.Number, cell.Code, cell.Result!.Status));
                Assert.Equal(["1\n", "oh", "2\n"], cell.Shown.Cast<StreamText>().Select(text => text.Text));
            },
            part => Assert.Equal("It is 1.", Assert.IsType<Said>(part).Text));
    }

    [Fact]
    public void Of_very_long_output_the_beginning_and_the_end_are_kept_and_how_much_is_left_out_is_right()
    {
        Happen(Started("go"), new CellStarted("loop()"));
        for (var piece = 0; piece < 1_000; piece++)
        {
            Happen(Text($"{piece:000}{new string('x', 997)}"));
        }

        Happen(Text("the end", StreamName.Stderr));
        var shown = ((CellPart)_exchanges.All[0].Parts[0]).Shown;
        var text = ((StreamText)shown[0]).Text;
        Assert.StartsWith("000xxx", text, StringComparison.Ordinal);
        Assert.Contains("\n… [800,000 characters are left out here] …\n900x", text, StringComparison.Ordinal);
        Assert.EndsWith("x", text, StringComparison.Ordinal);
        Assert.Equal("the end", ((StreamText)shown[1]).Text);
    }

    [Fact]
    public void A_call_of_a_tool_stands_in_its_cell_with_its_answer()
    {
        Happen(
            Started("go"), new CellStarted("now()"), new CellOutput(new ToolCalled(7, "now", "{}")), new CellOutput(new ToolCalled(8, "now", "{}")),
            new CellOutput(new ToolReturned(8, "now", "\"noon\"", null, TimeSpan.FromSeconds(1))));
        var calls = ((CellPart)_exchanges.All[0].Parts[0]).Calls;
        Assert.Equal([(7L, null), (8L, "\"noon\"")], calls.Select(call => (call.Number!.Value, call.Result)));
    }

    [Fact]
    public void A_call_waits_for_a_person_also_in_a_run_that_is_taken_up_again()
    {
        var request = new ApprovalRequested(1, "send_mail", "{}") { Code = "send_mail()" };
        Happen(Started("go"), new CellStarted("send_mail()"), new CellOutput(new ToolCalled(1, "send_mail", "{}")), request);
        Assert.Equal(ConversationState.Waiting, _exchanges.State);

        Happen(new RunEnded(StopReason.ApprovalPending, null, _totals)); // the server was stopped
        var waiting = Assert.Single(_exchanges.All[0].Parts.OfType<ApprovalPart>());
        Assert.Equal((ConversationState.Waiting, false), (_exchanges.State, waiting.IsVoid));

        Happen(
            new RunContinued([], []), new CellStarted("send_mail()"), new CellOutput(new ToolCalled(1, "send_mail", "{}")), request,
            new ApprovalAnswered(1, "send_mail", true), CellOk());
        Assert.Equal((ConversationState.Running, true), (_exchanges.State, waiting.Answer?.IsApproved));
        Assert.Single(_exchanges.All[0].Parts.OfType<ApprovalPart>());
        Assert.Equal(1, Assert.Single(_exchanges.All[0].Parts.OfType<CellPart>()).Number);
    }

    [Fact]
    public void A_call_that_nobody_decided_about_asks_nobody_once_its_run_is_over()
    {
        Happen(Started("go"), new CellStarted("a()"), new ApprovalRequested(1, "a", "{}"), new RunEnded(StopReason.Interrupted, null, _totals));
        Assert.True(Assert.Single(_exchanges.All[0].Parts.OfType<ApprovalPart>()).IsVoid);
        Assert.Equal(ConversationState.Idle, _exchanges.State);
    }

    [Fact]
    public void A_rebuilt_interpreter_is_told_of_with_the_next_message_when_something_is_not_as_it_was()
    {
        Happen(
            Started("one"), new RunEnded(StopReason.Answered, "1", _totals),
            new InterpreterRebuilt([1], []), Started("two"), new RunEnded(StopReason.Answered, "2", _totals),
            new InterpreterRebuilt([1], ["Missing: a.csv."]), Started("three"));
        Assert.Equal([0, 0, 1], _exchanges.All.Select(exchange => exchange.Parts.Count));
        Assert.Equal(["Missing: a.csv."], Assert.IsType<Notice>(_exchanges.All[2].Parts[0]).Details);
    }

    [Fact]
    public void A_broken_log_and_a_deletion_are_seen()
    {
        Happen(Started("go"));
        Stream("I ", "I ");
        _exchanges.Take(new Broken("The disk is full."));
        Assert.Equal(("The disk is full.", ConversationState.Idle), (_exchanges.Broken, _exchanges.State));
        Assert.Empty(_exchanges.All[0].Parts);
        _exchanges.Take(new Deleted());
        Assert.True(_exchanges.IsDeleted);
    }

    private static RunStarted Started(string task) => new(task, [], "echo:model", "");

    private static ReplyEnded Ended(string text) => new(text, 10, 5, TimeSpan.Zero, TimeSpan.FromSeconds(1));

    private static CellOutput Text(string text, StreamName stream = StreamName.Stdout) => new(new StreamText(stream, text));

    private static CellFinished CellOk() => new(new CellEnded(CellStatus.Ok, TimeSpan.FromSeconds(1), true, null, []), "");

    private void Stream(string text, string? thought, bool inAction = false) =>
        _exchanges.Take(new Streamed(new ModelText(text) { Thought = thought, InAction = inAction }));

    private void Happen(params AgentEvent[] events)
    {
        foreach (var happened in events)
        {
            _exchanges.Take(new Happened(new StoredEvent(++_last, new LogEntry(DateTimeOffset.UnixEpoch, happened))));
        }
    }
}
