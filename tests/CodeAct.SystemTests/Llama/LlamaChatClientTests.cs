using CodeAct.Llama;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Llama;

public sealed class LlamaChatClientTests(TinyModel tiny)
{
    private static readonly ChatOptions _short = new() { MaxOutputTokens = 24 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversation_that_goes_on_computes_only_its_new_tokens()
    {
        using var model = await LoadAsync();
        var client = Client(model);
        List<ChatMessage> conversation = [new(ChatRole.System, "You count."), new(ChatRole.User, "What is the mean price?")];
        var first = await client.GetResponseAsync(conversation, _short, Cancelled);
        Assert.Equal(0, first.Usage!.CachedInputTokenCount);
        Assert.Equal(first.Usage.InputTokenCount + first.Usage.OutputTokenCount - 1, client.ComputedTokens);

        // The reply is read again as text, so its tokens may be others; what was before it is kept in any case.
        var before = client.ComputedTokens;
        conversation.AddRange(
            [new(ChatRole.Assistant, first.Text), new(new ChatRole("observation"), "12.5"), new(ChatRole.User, "And now?")]);
        var usage = (await client.GetResponseAsync(conversation, _short, Cancelled)).Usage!;
        Assert.InRange(usage.CachedInputTokenCount!.Value, first.Usage.InputTokenCount!.Value, usage.InputTokenCount!.Value);
        Assert.Equal(
            usage.InputTokenCount - usage.CachedInputTokenCount + usage.OutputTokenCount - 1, client.ComputedTokens - before);
    }

    [Fact]
    public async Task A_kept_beginning_does_not_change_the_reply()
    {
        using var model = await LoadAsync();
        var client = Client(model);
        var warm = await client.GetResponseAsync(Ask("What is the mean price?"), _short, Cancelled);
        await client.GetResponseAsync(Ask("What is the mean of it?"), _short, Cancelled);
        var again = await client.GetResponseAsync(Ask("What is the mean price?"), _short, Cancelled);

        Assert.Equal(warm.Text, again.Text);
        Assert.True(again.Usage!.CachedInputTokenCount > 0);
    }

    [Fact]
    public async Task Streamed_pieces_are_the_reply_and_end_with_reason_and_usage()
    {
        using var model = await LoadAsync();
        var whole = await model.Client.GetResponseAsync(Ask("Say it."), _short, Cancelled);
        var updates = await model.Client.GetStreamingResponseAsync(Ask("Say it."), _short, Cancelled).ToListAsync(Cancelled);

        Assert.True(updates.Count > 10);
        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(ChatFinishReason.Length, updates[^1].FinishReason);
        Assert.Equal(24, Assert.IsType<UsageContent>(Assert.Single(updates[^1].Contents)).Details.OutputTokenCount);
    }

    [Fact]
    public async Task A_stop_sequence_ends_the_reply_and_is_not_part_of_it()
    {
        using var model = await LoadAsync();
        var whole = (await model.Client.GetResponseAsync(Ask("Say it."), _short, Cancelled)).Text;
        var stop = whole[(whole.Length / 2)..((whole.Length / 2) + 4)];
        var options = new ChatOptions { MaxOutputTokens = 24, StopSequences = [stop, "no such text"] };
        var updates = await model.Client.GetStreamingResponseAsync(Ask("Say it."), options, Cancelled).ToListAsync(Cancelled);

        Assert.Equal(
            whole[..whole.IndexOf(stop, StringComparison.Ordinal)], string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
    }

    [Fact]
    public async Task A_seed_makes_a_drawn_reply_repeatable()
    {
        using var model = await LoadAsync();
        var drawn = new ChatOptions { MaxOutputTokens = 24, Temperature = 1.5f, TopP = 0.95f, TopK = 100, Seed = 11 };
        var first = await model.Client.GetResponseAsync(Ask("Say it."), drawn, Cancelled);
        var same = await model.Client.GetResponseAsync(Ask("Say it."), drawn, Cancelled);
        drawn.Seed = 12;
        var other = await model.Client.GetResponseAsync(Ask("Say it."), drawn, Cancelled);

        Assert.Equal(first.Text, same.Text);
        Assert.NotEqual(first.Text, other.Text);
    }

    [Fact]
    public async Task A_conversation_that_fills_the_context_is_refused_with_both_numbers()
    {
        using var model = await LoadAsync();
        var error = await Assert.ThrowsAsync<ContextOverflowException>(
            () => model.Client.GetResponseAsync(Ask(string.Join(' ', Enumerable.Range(0, 200))), _short, Cancelled));

        Assert.Equal(255, error.Available);
        Assert.True(error.Needed > 255);
    }

    [Fact]
    public async Task A_reply_ends_where_the_context_does()
    {
        using var model = await LoadAsync();
        var reply = await model.Client.GetResponseAsync(Ask(string.Join(' ', Enumerable.Range(0, 60))), options: null, Cancelled);

        Assert.Equal(ChatFinishReason.Length, reply.FinishReason);
        Assert.Equal(256, reply.Usage!.TotalTokenCount);
    }

    [Fact]
    public async Task Cancelling_stops_at_the_next_token_and_harms_nothing()
    {
        using var model = await LoadAsync();
        var client = Client(model);
        var expected = (await client.GetResponseAsync(Ask("Say it."), _short, Cancelled)).Text;
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var (seen, computed) = (0, 0L);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync(Ask("Say it."), _short, cancellation.Token))
            {
                if (++seen == 3)
                {
                    computed = client.ComputedTokens;
                    await cancellation.CancelAsync();
                }
            }
        });

        Assert.Equal(3, seen);
        Assert.InRange(client.ComputedTokens - computed, 0, 1);
        Assert.Equal(expected, (await client.GetResponseAsync(Ask("Say it."), _short, Cancelled)).Text);
    }

    [Fact]
    public async Task Overlapping_calls_wait_for_each_other()
    {
        using var model = await LoadAsync();
        string[] questions = ["One?", "Two?", "Three?", "Four?"];
        var expected = new List<string>();
        foreach (var question in questions)
            expected.Add((await model.Client.GetResponseAsync(Ask(question), _short, Cancelled)).Text);

        var replies = await Task.WhenAll(
            questions.Select(question => model.Client.GetResponseAsync(Ask(question), _short, Cancelled)));
        Assert.Equal(expected, replies.Select(reply => reply.Text));
    }

    [Fact]
    public async Task A_stream_that_is_left_early_frees_the_model()
    {
        using var model = await LoadAsync();
        await foreach (var _ in model.Client.GetStreamingResponseAsync(Ask("Say it."), _short, Cancelled))
            break;

        Assert.NotEmpty((await model.Client.GetResponseAsync(Ask("Say it."), _short, Cancelled)).Text);
    }

    [Fact]
    public async Task What_the_file_says_about_its_training_reaches_the_agent()
    {
        using var model = await LoadAsync();

        Assert.Equal($"gguf:{tiny.File}", model.Name);
        Assert.Equal("You answer with Python.", model.SystemPrompt);
        Assert.Equal(new ChatRole("observation"), model.ObservationRole);
        Assert.Equal(256, model.ContextTokens);
    }

    [Fact]
    public async Task What_a_model_cannot_do_is_refused()
    {
        using var model = await LoadAsync();
        await Assert.ThrowsAsync<NotSupportedException>(() => model.Client.GetResponseAsync(
            Ask("Hi"), new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] }, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(() => model.Client.GetResponseAsync(
            [new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])], options: null, Cancelled));
    }

    private static LlamaChatClient Client(Model model) => Assert.IsType<LlamaChatClient>(model.Client);

    private static ChatMessage[] Ask(string text) => [new(ChatRole.User, text)];

    private Task<Model> LoadAsync() => LlamaModels.LoadAsync(tiny.File, new LlamaOptions(), progress: null, Cancelled);
}
