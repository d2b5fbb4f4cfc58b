using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.Web.Chats;
using CodeAct.Web.Pages.Conversation;

namespace CodeAct.WebTests.Pages;

public sealed class ExchangesTests
{
    private readonly Exchanges _exchanges = new();
    private long _number;

    [Fact]
    public void A_reply_that_is_being_written_gives_way_to_what_it_becomes()
    {
        Tell(new RunStarted("What?", [], "m", ""));
        Stream(("I look", false), ("<execute>\nprint(", true));
        var writing = Assert.IsType<Writing>(Assert.Single(_exchanges.All[0].Parts));
        Assert.Equal("print(", writing.Code);
        Tell(new ReplyEnded("I look\n<execute>\nprint(1)\n</execute>", null, 5, default, default), new CellStarted("print(1)"));
        Assert.Collection(
            _exchanges.All[0].Parts,
            part => Assert.Equal("I look", Assert.IsType<Said>(part).Text),
            part => Assert.Equal("print(1)", Assert.IsType<CellPart>(part).Code));
        Assert.True(_exchanges.InCell);
    }

    [Fact]
    public void Who_comes_in_the_middle_of_a_reply_sees_all_of_it_and_not_twice()
    {
        Tell(new RunStarted("What?", [], "m", ""));
        Stream(("Half", false));
        _exchanges.Take(new StreamedSoFar([new ModelText("Half") { Thought = "Half" }, new ModelText(" and more") { Thought = " and more" }]));
        Assert.Equal("Half and more", Assert.IsType<Writing>(Assert.Single(_exchanges.All[0].Parts)).Thought);
    }

    [Fact]
    public void Pieces_of_a_stream_are_put_together_and_what_is_too_long_is_cut_in_the_middle()
    {
        Tell(new RunStarted("What?", [], "m", ""), new CellStarted("loop"));
        for (var n = 0; n < 30; n++)
        {
            Tell(new CellOutput(new StreamText(StreamName.Stdout, new string((char)('a' + n % 26), 10_000))));
        }

        var text = Assert.IsType<StreamText>(Assert.Single(Assert.IsType<CellPart>(_exchanges.All[0].Parts[0]).Shown)).Text;
        Assert.StartsWith("aaa", text, StringComparison.Ordinal);
        Assert.EndsWith("ddd", text, StringComparison.Ordinal);
        Assert.Contains("characters are left out here", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 200_000, 210_100);
    }

    [Fact]
    public void A_call_that_waited_over_a_restart_shows_its_cell_once()
    {
        Tell(
            new RunStarted("Mail!", [], "m", ""),
            new CellStarted("send()"),
            new CellOutput(new ToolCalled(1, "send", "{}")),
            new ApprovalRequested(1, "send", "{}"),
            new RunEnded(StopReason.ApprovalPending, null, new RunTotals(1, 0, 0, 0, default)));
        Assert.Equal(ConversationState.Waiting, _exchanges.State);
        Tell(
            new RunContinued([], []),
            new CellStarted("send()"),
            new CellOutput(new ToolCalled(1, "send", "{}")),
            new ApprovalRequested(1, "send", "{}"),
            new ApprovalAnswered(1, "send", true),
            new CellOutput(new ToolReturned(1, "send", "\"sent\"", null, default)),
            new CellFinished(new CellEnded(CellStatus.Ok, default, true, null, []), ""));
        var cell = Assert.Single(_exchanges.All[0].Parts.OfType<CellPart>());
        Assert.Equal((1, "\"sent\""), (cell.Number, Assert.Single(cell.Calls).Result));
        Assert.True(Assert.Single(_exchanges.All[0].Parts.OfType<ApprovalPart>()).Answer?.IsApproved);
        Assert.Equal(ConversationState.Running, _exchanges.State);
    }

    private void Tell(params AgentEvent[] happened)
    {
        foreach (var one in happened)
        {
            _exchanges.Take(new Happened(new StoredEvent(++_number, new LogEntry(default, one))));
        }
    }

    private void Stream(params (string Text, bool InAction)[] pieces)
    {
        foreach (var (text, inAction) in pieces)
        {
            _exchanges.Take(new Streamed(new ModelText(text) { Thought = inAction ? null : text, InAction = inAction }));
        }
    }
}
