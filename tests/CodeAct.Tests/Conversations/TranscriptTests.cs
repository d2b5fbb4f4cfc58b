using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.Tests.Conversations;

/// <summary>What the events say was sent is what was sent.</summary>
public sealed class TranscriptTests
{
    private const string Act = "I act.\n<execute>\n6 * 7\n</execute>";
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string[]> Replies => new()
    {
        { "answered", [Act, "42."] },
        { "rejected", ["", Act, "42."] },
        { "unreadable", ["", "", ""] },
        { "too many cells", [Act, Act, Act] },
        { "too many turns", [Act, Act, "", ""] },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public async Task Events_give_the_messages_that_the_conversation_has(string name, string[] replies)
    {
        foreach (var role in (ChatRole[])[ChatRole.User, new("observation")])
        {
            await using var session = new ScriptedSession(_time).On("6 * 7", new StreamText(StreamName.Stdout, "42\n"));
            var model = new ScriptedModel([.. replies, "And again."]).AsModel() with { ObservationRole = role };
            var agent = new Agent(model, new AgentOptions { MaxCells = 2, MaxTurns = 4 }, _time);
            var conversation = new Conversation(session);
            var events = await agent.RunAsync(conversation, $"{name}?", Cancel).ToListAsync(Cancel);

            Assert.Equal(Texts(conversation.Messages), Texts(Transcript.Of(events, role)));
        }
    }

    [Fact]
    public async Task What_was_said_elsewhere_is_sent_and_read_like_an_answer_of_the_agents_own()
    {
        await using var session = new ScriptedSession(_time);
        var agent = new Agent(new ScriptedModel("Ann.").AsModel(), new AgentOptions { Instructions = "Be brief." }, _time);
        var conversation = new Conversation(session);
        var events = agent.Recall(conversation, "My name is Ann.", "Hello, Ann.").ToList();
        events.AddRange(await agent.RunAsync(conversation, "What is my name?", Cancel).ToListAsync(Cancel));

        Assert.Equal(Texts(conversation.Messages), Texts(Transcript.Of(events, ChatRole.User)));
        Assert.Equal(
            ["My name is Ann.", "Hello, Ann.", "What is my name?", "Ann."], conversation.Messages.Skip(1).Select(message => message.Text));
        Assert.EndsWith("Be brief.", conversation.Messages[0].Text, StringComparison.Ordinal);
        Assert.Equal(0, events.OfType<RunEnded>().First().Totals.OutputTokens);
    }

    [Fact]
    public async Task A_run_that_was_interrupted_in_its_cell_reads_the_same()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var session = new ScriptedSession(_time).OnEndless("6 * 7", new StreamText(StreamName.Stdout, "waiting"));
        var conversation = new Conversation(session);
        var agent = new Agent(new ScriptedModel(Act).AsModel(), new AgentOptions(), _time);
        var events = new List<AgentEvent>();
        await foreach (var happened in agent.RunAsync(conversation, "Wait?", stop.Token))
        {
            events.Add(happened);
            if (happened is CellOutput)
            {
                await stop.CancelAsync();
            }
        }

        Assert.Contains("stopped together with the run", conversation.Messages[^2].Text);
        Assert.Equal(Texts(conversation.Messages), Texts(Transcript.Of(events, ChatRole.User)));
    }

    [Fact]
    public void A_log_that_ends_in_the_middle_ends_with_a_sentence_and_the_next_message_tells_what_was_not_rebuilt()
    {
        AgentEvent[] events =
        [
            new RunStarted("First?", ["a.csv"], "m", "Be good."), new ReplyEnded(Act, 1, 1, default, default), new CellStarted("6 * 7"),
            new InterpreterRebuilt([], ["Cell 1 was not run again."]), new RunStarted("Go on.", [], "m", "Be good."),
        ];

        var messages = Transcript.Of(events, ChatRole.User);

        Assert.Equal(
            ["system", "user", "assistant", "user", "assistant", "user", "assistant"], messages.Select(message => message.Role.Value));
        Assert.Equal("First?\nFiles: a.csv", messages[1].Text);
        Assert.Contains("the program ended before the run did", messages[4].Text);
        Assert.EndsWith("Cell 1 was not run again.]\n\nGo on.", messages[5].Text);
    }

    private static IEnumerable<(string Role, string Text)> Texts(IEnumerable<ChatMessage> messages) =>
        messages.Select(message => (message.Role.Value, message.Text));
}
