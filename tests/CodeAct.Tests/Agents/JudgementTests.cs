using System.Runtime.CompilerServices;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Models;
using CodeAct.Python;
using CodeAct.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.Tests.Agents;

/// <summary>When a run is told that it goes wrong, when it ends, and what it forgets.</summary>
public sealed class JudgementTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedSession _session;

    public JudgementTests() => _session = new ScriptedSession(_time)
        .On("a", new StreamText(StreamName.Stdout, "1\n"))
        .On("b", new StreamText(StreamName.Stdout, "2\n"))
        .On("long", new StreamText(StreamName.Stdout, new string('x', 400)))
        .On("bad1", new PythonError("NameError", "name 'x' is not defined", ""))
        .On("bad2", new PythonError("NameError", "name 'x' is not defined", ""));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    [Theory]
    [InlineData("aaa aaa", "the same action had the same result 3 times in a row")]
    [InlineData("ababab ababab", "two actions took turns 3 times with the same results")]
    [InlineData("1212 1212", "4 actions in a row ended with the same error")]
    public async Task Who_goes_round_in_circles_is_told_once_and_then_stopped(string steps, string pattern)
    {
        string[] replies = [.. steps.Where(step => step != ' ').Select(step => Code(char.IsDigit(step) ? $"bad{step}" : $"{step}"))];
        using var model = new ScriptedModel([.. replies, "never reached"]);
        var events = await RunAsync(model.AsModel());
        var end = Assert.IsType<RunEnded>(events[^1]);
        Assert.Equal((StopReason.Stuck, pattern), (end.Reason, end.Detail));
        var warned = events.OfType<CellFinished>().Index().Where(one => one.Item.Observation.Contains("another way", StringComparison.Ordinal));
        Assert.Equal(steps.IndexOf(' ', StringComparison.Ordinal) - 1, Assert.Single(warned).Index);
        Assert.Equal(replies.Length, end.Totals.Cells);
    }

    [Fact]
    public async Task The_same_code_with_other_results_is_work()
    {
        var numbers = 0;
        var session = new ScriptedSession(_time);
        for (var count = 0; count < 6; count++)
        {
            session.On($"poll()  #{count}", new StreamText(StreamName.Stdout, $"{numbers++}\n"));
        }

        using var model = new ScriptedModel([.. Enumerable.Range(0, 6).Select(count => Code($"poll()  #{count}")), "done"]);
        var events = await new Agent(model.AsModel(), new AgentOptions(), _time)
            .RunAsync(new Conversation(session), "?", Cancel).ToListAsync(Cancel);
        Assert.Equal(StopReason.Answered, Assert.IsType<RunEnded>(events[^1]).Reason);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task A_wrong_answer_may_be_mended_as_often_as_allowed()
    {
        var options = new AgentOptions
        {
            MaxAnswers = 3,
            Check = (answer, _) => ValueTask.FromResult(new AnswerCheck(answer == "42", answer == "40" ? "Too small." : null)),
        };
        using var model = new ScriptedModel("40", "41", "42");
        var events = await RunAsync(model.AsModel(), options);
        Assert.Equal("42", Assert.IsType<RunEnded>(events[^1]).Answer);
        Assert.Equal(["Too small.", Prompts.WrongAnswer], events.OfType<ReplyRejected>().Select(rejected => rejected.Reason));
        Assert.Equal("Too small.", model.Requests[1][^1].Text);

        using var wrong = new ScriptedModel("1", "2", "3", "4");
        var end = Assert.IsType<RunEnded>((await RunAsync(wrong.AsModel(), options))[^1]);
        Assert.Equal((StopReason.WrongAnswer, "3"), (end.Reason, end.Answer));
    }

    [Fact]
    public async Task A_run_ends_when_it_has_cost_too_much_and_says_what_it_cost()
    {
        using var model = new ScriptedModel(Code("a"), Code("b"), Code("a"), "done") { InputTokens = _ => 1000 };
        var options = new AgentOptions { Price = new ModelPrice(Input: 10, Output: 0), MaxCost = 0.015m };
        var end = Assert.IsType<RunEnded>((await RunAsync(model.AsModel(), options))[^1]);
        Assert.Equal((StopReason.CostLimit, 0.02m, 2), (end.Reason, end.Totals.Cost, end.Totals.Turns));
        Assert.Throws<ArgumentException>(() => new Agent(model.AsModel(), new AgentOptions { MaxCost = 1 }, _time));
    }

    [Fact]
    public void Prices_are_read_from_a_table()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """{"openai:gpt-5": {"input": 1.25, "output": 10}}""");
        Assert.Equal(0.0225m, ModelPrice.Read(file)["openai:gpt-5"].Of(10_000, 1_000));
        File.WriteAllText(file, """{"openai:gpt-5": {"input": 1.25}}""");
        Assert.Contains("is no table of prices", Assert.Throws<FormatException>(() => ModelPrice.Read(file)).Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task A_context_that_fills_is_given_room_without_the_task_the_variables_or_the_last_error()
    {
        _session.Described = [new Variable("df", "DataFrame", "(100, 2): price float64", 1600)];
        using var model = new ScriptedModel(Code("bad1"), Code("long"), Code("a"), Code("b"), Code("long"), Code("a"), "done")
        {
            InputTokens = messages => messages.Skip(1).Sum(message => message.Text.Length),
        };
        var events = await RunAsync(model.AsModel() with { ContextTokens = 1500 }, new AgentOptions { CompactAt = 0.6 });
        var compacted = Assert.Single(events.OfType<HistoryCompacted>());
        Assert.Equal(StopReason.Answered, Assert.IsType<RunEnded>(events[^1]).Reason);
        var last = model.Requests[^1];
        Assert.Equal(ChatRole.System, last[0].Role);
        Assert.StartsWith("The task.", last[1].Text, StringComparison.Ordinal);
        Assert.Contains("df: DataFrame (100, 2): price float64", last[1].Text, StringComparison.Ordinal);
        Assert.Contains("The last error was: NameError: name 'x' is not defined", last[1].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(last, message => message.Text.Contains("bad1", StringComparison.Ordinal));
        Assert.True(compacted.Dropped >= 2);
        Assert.Equal(
            model.Requests[^1].Select(message => message.Text),
            Transcript.Of(events.TakeWhile(happened => happened is not ReplyEnded { Text: "done" }), ChatRole.User).SkipLast(1).Select(message => message.Text));
    }

    [Fact]
    public async Task A_refusal_as_too_long_is_tried_again_shorter_until_nothing_can_be_left_out()
    {
        using var scripted = new ScriptedModel(Code("a"), Code("b"), Code("long"), Code("a"), Code("b"), "done");
        var small = new Refusing(scripted, most: 6); // messages
        var events = await RunAsync(new Model("small", small));
        Assert.Equal("done", Assert.IsType<RunEnded>(events[^1]).Answer);
        Assert.NotEmpty(events.OfType<HistoryCompacted>());

        using var again = new ScriptedModel(Code("a"), Code("b"), "done");
        var end = Assert.IsType<RunEnded>((await RunAsync(new Model("tiny", new Refusing(again, most: 3))))[^1]);
        Assert.Equal(StopReason.ContextFull, end.Reason);
    }

    private static string Code(string code) => $"<execute>\n{code}\n</execute>";

    private async Task<List<AgentEvent>> RunAsync(Model model, AgentOptions? options = null) =>
        await new Agent(model, options ?? new AgentOptions(), _time)
            .RunAsync(new Conversation(_session), "The task.", Cancel).ToListAsync(Cancel);

    /// <summary>A model whose context is counted in messages.</summary>
    private sealed class Refusing(IChatClient inner, int most) : DelegatingChatClient(inner)
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            if (messages.Count() > most)
            {
                throw new ContextOverflowException(messages.Count(), most);
            }

            await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken))
            {
                yield return update;
            }
        }
    }
}
