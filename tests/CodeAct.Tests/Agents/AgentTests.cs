using System.Runtime.CompilerServices;
using CodeAct.Agents;
using CodeAct.Models;
using CodeAct.Python;
using CodeAct.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.Tests.Agents;

public sealed class AgentTests : IAsyncDisposable
{
    private const string Print = "<execute>\nprint(42)\n</execute>";

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedSession _session;

    public AgentTests() => _session = new ScriptedSession(_time).On("print(42)", new StreamText(StreamName.Stdout, "42\n"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    [Fact]
    public async Task What_a_cell_printed_is_in_the_next_request()
    {
        using var model = new ScriptedModel($"Let me see.\n{Print}", "It is 42.");

        var events = await RunAsync(model.AsModel(), "6 * 7?");

        var end = Assert.IsType<RunEnded>(events[^1]);
        Assert.Equal((StopReason.Answered, "It is 42.", 2, 1), (end.Reason, end.Answer, end.Totals.Turns, end.Totals.Cells));
        Assert.Equal(
            [ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User], model.Requests[1].Select(message => message.Role));
        Assert.Equal(
            ["6 * 7?", $"Let me see.\n{Print}", "Execution Output:\n42"], model.Requests[1].Skip(1).Select(message => message.Text));
    }

    [Fact]
    public async Task The_events_tell_the_run_from_its_start_to_its_end()
    {
        using var model = new ScriptedModel($"Look.\n{Print}", "42");

        var events = await RunAsync(model.AsModel(), "6 * 7?");

        Assert.Equal(
            ["RunStarted", "ModelText", "ReplyEnded", "CellStarted", "CellOutput", "CellFinished", "ModelText", "ReplyEnded", "RunEnded"],
            events.Select(happened => happened.GetType().Name).Aggregate(new List<string>(), (names, name) =>
                names.LastOrDefault() == name ? names : [.. names, name]));
        Assert.Equal(Prompts.Code, events.OfType<RunStarted>().Single().SystemPrompt);
        Assert.Equal("print(42)", events.OfType<CellStarted>().Single().Code);
        Assert.Equal("42", events.OfType<CellFinished>().Single().Observation);
        Assert.Equal($"Look.\n{Print}", events.OfType<ReplyEnded>().First().Text);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1000, false)]
    [InlineData(3, true)]
    public async Task The_history_is_the_same_however_the_provider_cuts_and_ends_a_reply(int pieceLength, bool keepsStopSequence)
    {
        using var model = new ScriptedModel($"{Print} and then\n{Print}", "42")
        {
            PieceLength = pieceLength,
            KeepsStopSequence = keepsStopSequence,
        };

        await RunAsync(model.AsModel(), "6 * 7?");

        Assert.Equal(Print, model.Requests[1][2].Text);
        Assert.Single(_session.Cells);
    }

    [Fact]
    public async Task The_task_and_the_files_are_variables_and_the_files_are_named_in_the_message()
    {
        await File.WriteAllTextAsync(Path.Combine(_session.Workspace.Root, "b.csv"), "x", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_session.Workspace.Root, "a.csv"), "x", Cancel);
        using var model = new ScriptedModel("Two files.");

        await RunAsync(model.AsModel(), "What is here?");

        Assert.Equal("What is here?\nFiles: a.csv, b.csv", model.Requests[0][1].Text);
        Assert.Equal("What is here?", _session.Variables["task"]!.GetValue<string>());
        Assert.Equal("""["a.csv","b.csv"]""", _session.Variables["files"]!.ToJsonString());
    }

    [Fact]
    public async Task A_model_with_an_observation_role_and_prompt_of_its_own_gets_both()
    {
        using var script = new ScriptedModel(Print, "42");

        await RunAsync(script.AsModel() with { ObservationRole = new ChatRole("observation"), SystemPrompt = "Be nano." }, "6 * 7?");

        Assert.Equal("Be nano.", script.Requests[0][0].Text);
        Assert.Equal((new ChatRole("observation"), "42"), (script.Requests[1][^1].Role, script.Requests[1][^1].Text));
    }

    [Fact]
    public async Task A_second_message_goes_on_in_the_same_conversation()
    {
        using var model = new ScriptedModel(Print, "It is 42.", "As I said, 42.");
        var agent = new Agent(model.AsModel(), new AgentOptions(), _time);
        var conversation = new Conversation(_session);

        await agent.RunAsync(conversation, "6 * 7?", Cancel).ToListAsync(Cancel);
        await agent.RunAsync(conversation, "Again?", Cancel).ToListAsync(Cancel);

        Assert.Equal(
            ["6 * 7?", Print, "Execution Output:\n42", "It is 42.", "Again?"], model.Requests[2].Skip(1).Select(message => message.Text));
        Assert.Equal("Again?", _session.Variables["task"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_reply_that_cannot_be_used_is_told_to_the_model_and_too_many_end_the_run()
    {
        using var model = new ScriptedModel("", "<execute></execute>", "", Print, "", "", "", "");

        var first = await RunAsync(model.AsModel(), "6 * 7?", new AgentOptions { MaxUnreadable = 4 });

        Assert.Equal(7, first.OfType<ReplyRejected>().Count());
        Assert.Equal(first.OfType<ReplyRejected>().First().Reason, model.Requests[1][^1].Text);
        using var mute = new ScriptedModel("", "");
        Assert.Equal(StopReason.Unreadable, (await RunAsync(mute.AsModel(), "?", new AgentOptions { MaxUnreadable = 2 })).End().Reason);
    }

    [Fact]
    public async Task Code_that_the_token_limit_cut_off_is_not_run()
    {
        using var model = new ScriptedModel(Print, "42") { PieceLength = 10 };

        var events = await RunAsync(model.AsModel(), "6 * 7?", new AgentOptions { MaxReplyTokens = 1 });

        Assert.Empty(_session.Cells);
        Assert.Contains("was not run", Assert.Single(events.OfType<ReplyRejected>()).Reason);
        Assert.Equal("42", events.End().Answer);
    }

    [Fact]
    public async Task After_the_last_cell_the_model_may_still_answer()
    {
        using var answers = new ScriptedModel(Print, Print, "42");
        using var goesOn = new ScriptedModel(Print, Print, Print);
        var options = new AgentOptions { MaxCells = 2 };

        Assert.Equal(StopReason.Answered, (await RunAsync(answers.AsModel(), "?", options)).End().Reason);
        var limited = await RunAsync(goesOn.AsModel(), "?", options);

        Assert.Equal((StopReason.CellLimit, 2), (limited.End().Reason, limited.End().Totals.Cells));
    }

    [Fact]
    public async Task Turns_and_tokens_end_a_run()
    {
        using var turns = new ScriptedModel(Print, Print);
        using var tokens = new ScriptedModel(Print, Print);

        Assert.Equal(StopReason.TurnLimit, (await RunAsync(turns.AsModel(), "?", new AgentOptions { MaxTurns = 2 })).End().Reason);
        Assert.Equal(StopReason.TokenLimit, (await RunAsync(tokens.AsModel(), "?", new AgentOptions { MaxTokens = 8 })).End().Reason);
    }

    [Fact]
    public async Task The_time_limit_ends_a_model_that_hangs()
    {
        using var model = new ScriptedModel(Print, "I think") { LastReplyHangs = true };

        var events = new List<AgentEvent>();
        await foreach (var happened in new Agent(model.AsModel(), new AgentOptions { MaxTime = TimeSpan.FromMinutes(1) }, _time)
            .RunAsync(new Conversation(_session), "6 * 7?", Cancel))
        {
            events.Add(happened);
            if (events.OfType<CellFinished>().Any() && happened is ModelText)
            {
                _time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        Assert.Equal((StopReason.TimeLimit, 1), (events.End().Reason, events.End().Totals.Turns));
    }

    [Fact]
    public async Task The_time_limit_ends_a_cell_too_and_the_history_says_so()
    {
        _session.OnEndless("while True: pass", new StreamText(StreamName.Stdout, "so far"));
        using var model = new ScriptedModel("<execute>while True: pass</execute>");
        var conversation = new Conversation(_session);

        var end = await RunUntilAsync<CellOutput>(model, conversation, () => _time.Advance(TimeSpan.FromMinutes(1)), Cancel);

        Assert.Equal(StopReason.TimeLimit, end.Reason);
        Assert.StartsWith("Execution Output:\nso far\n[stopped", conversation.Messages[^2].Text);
    }

    [Fact]
    public async Task Cancelling_ends_the_run_as_interrupted_and_the_conversation_can_go_on()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var model = new ScriptedModel("I think") { LastReplyHangs = true };
        using var next = new ScriptedModel("Hello.");
        var conversation = new Conversation(_session);

        var end = await RunUntilAsync<ModelText>(model, conversation, stop.Cancel, stop.Token);

        Assert.Equal(StopReason.Interrupted, end.Reason);
        var events = await new Agent(next.AsModel(), new AgentOptions(), _time).RunAsync(conversation, "Hi", Cancel).ToListAsync(Cancel);
        Assert.Equal("Hello.", events.End().Answer);
        Assert.Equal(
            [ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User], next.Requests[0].Select(message => message.Role));
    }

    [Fact]
    public async Task An_interrupted_cell_is_an_observation_and_the_run_goes_on()
    {
        _session.OnEndless("while True: pass");
        using var model = new ScriptedModel("<execute>while True: pass</execute>", "You stopped it.");

        var end = await RunUntilAsync<CellStarted>(model, new Conversation(_session), () => { }, Cancel, interruptCell: true);

        Assert.Equal("You stopped it.", end.Answer);
        Assert.Contains("interrupted", model.Requests[1][^1].Text);
    }

    [Fact]
    public async Task A_full_context_is_a_reason_and_any_other_failure_of_the_model_is_thrown()
    {
        var full = new Model("full", new FailingModel(new ContextOverflowException(5000, 4096)));
        var down = new Model("down", new FailingModel(new ModelException(ModelErrorKind.Unreachable, "Nobody answers.")));

        Assert.Equal(StopReason.ContextFull, (await RunAsync(full, "?")).End().Reason);
        Assert.Equal("Nobody answers.", (await Assert.ThrowsAsync<ModelException>(() => RunAsync(down, "?"))).Message);
    }

    [Fact]
    public void Limits_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AgentOptions { MaxTurns = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AgentOptions { CellTimeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AgentOptions { Temperature = -1 });
        Assert.Equal(0, new AgentOptions { Temperature = 0 }.Temperature);
    }

    private Task<List<AgentEvent>> RunAsync(Model model, string task, AgentOptions? options = null) =>
        new Agent(model, options ?? new AgentOptions(), _time)
            .RunAsync(new Conversation(_session), task, Cancel).ToListAsync(Cancel).AsTask();

    // Does something at the first event of a kind, while the run waits for what comes next.
    private async Task<RunEnded> RunUntilAsync<T>(
        ScriptedModel model, Conversation conversation, Action act, CancellationToken cancellationToken, bool interruptCell = false)
    {
        var options = new AgentOptions { MaxTime = TimeSpan.FromMinutes(1), CellTimeout = TimeSpan.FromMinutes(5) };
        await using var run = new Agent(model.AsModel(), options, _time)
            .RunAsync(conversation, "6 * 7?", cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        var acted = false;
        while (true)
        {
            var next = run.MoveNextAsync();
            if (!acted && interruptCell && _session.Cells.Count > 0 && !next.IsCompleted)
            {
                acted = true;
                _session.Interrupt();
            }

            Assert.True(await next);
            if (!acted && !interruptCell && run.Current is T)
            {
                acted = true;
                act();
            }

            if (run.Current is RunEnded end)
            {
                return end;
            }
        }
    }

    private sealed class FailingModel(Exception failure) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw failure;

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return messages.Any() ? throw failure : new ChatResponseUpdate();
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}

internal static class AgentEventExtensions
{
    public static RunEnded End(this IReadOnlyList<AgentEvent> events) => Assert.IsType<RunEnded>(events[^1]);
}
