using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Models;

/// <summary>Against replies recorded from llama.cpp's server.</summary>
public sealed class OpenAIModelsTests
{
    private const string Text = "Let us compute: \n<execute>print(6*7)</execute>\nObservation ends here.";

    [Fact]
    public async Task A_reply_streams_in_pieces_and_ends_with_its_usage()
    {
        await using var server = Cassette.Play("stream");
        var updates = await StreamAsync(server, new ChatOptions { Temperature = 0 });

        var response = updates.ToChatResponse();
        Assert.Equal(Text, response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.True(updates.Count(update => update.Text.Length > 0) > 5);
        Assert.Equal((26, 24), (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount));
    }

    [Fact]
    public async Task A_reply_comes_in_one_piece_when_asked_so()
    {
        await using var server = Cassette.Play("reply");
        using var model = server.Model();
        var response = await model.Client.GetResponseAsync(
            Messages(), new ChatOptions { Temperature = 0 }, TestContext.Current.CancellationToken);

        Assert.Equal(Text, response.Text);
        Assert.Equal((26, 24), (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount));
    }

    [Fact]
    public async Task The_server_stops_before_a_stop_sequence()
    {
        await using var server = Cassette.Play("stop");
        var updates = await StreamAsync(server, new ChatOptions { Temperature = 0, StopSequences = ["</execute>"] });

        Assert.Equal("Let us compute: \n<execute>print(6*7)", updates.ToChatResponse().Text);
        Assert.Equal(ChatFinishReason.Stop, updates.ToChatResponse().FinishReason);
    }

    [Fact]
    public async Task A_reply_at_its_token_limit_says_so()
    {
        await using var server = Cassette.Play("limit");
        var updates = await StreamAsync(server, new ChatOptions { Temperature = 0, MaxOutputTokens = 4 });

        Assert.Equal("Let us compute:", updates.ToChatResponse().Text);
        Assert.Equal(ChatFinishReason.Length, updates.ToChatResponse().FinishReason);
    }

    [Fact]
    public async Task The_key_travels_as_a_bearer_token()
    {
        await using var server = Cassette.Play("stream");
        await StreamAsync(server, new ChatOptions { Temperature = 0 });

        Assert.Equal($"Bearer {ModelServers.Key}", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_server_lists_its_models_and_some_say_how_much_fits()
    {
        const string List = """
            {"object":"list","data":[
            {"id":"qwen","object":"model","owned_by":"vllm","max_model_len":4096},
            {"id":"mistral","object":"model","max_context_length":32768},
            {"id":"gpt","object":"model","created":1,"owned_by":"openai"}]}
            """;
        await using var server = new LoopbackServer(_ => throw new InvalidOperationException()) { Models = Reply.Json(200, List) };

        var models = await ServerModels.ListAsync(server.Options(), TestContext.Current.CancellationToken);

        Assert.Equal([new("qwen", 4096), new("mistral", 32768), new("gpt", null)], models);
    }

    [Theory]
    [InlineData(200, "<html>", "/models answers is no list of models.")]
    [InlineData(200, """{"data":[{"name":"x"}]}""", "/models answers is no list of models.")]
    [InlineData(404, "", "/models answered 404.")]
    public async Task What_is_no_list_of_models_is_said(int status, string body, string message)
    {
        await using var server = new LoopbackServer(_ => throw new InvalidOperationException()) { Models = Reply.Json(status, body) };

        var refused = await Assert.ThrowsAsync<ModelException>(
            () => ServerModels.ListAsync(server.Options(), TestContext.Current.CancellationToken));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_conversation_too_long_says_how_much_there_is_and_how_much_fits(bool streaming)
    {
        await using var server = Cassette.Play(streaming ? "overflow-stream" : "overflow");
        using var model = server.Model();
        List<ChatMessage> messages = [new(ChatRole.User, string.Join(' ', Enumerable.Repeat("again", 300)))];
        var cancellationToken = TestContext.Current.CancellationToken;
        var overflow = await Assert.ThrowsAsync<ContextOverflowException>(() => streaming
            ? model.Client.GetStreamingResponseAsync(messages, null, cancellationToken).ToChatResponseAsync(cancellationToken)
            : model.Client.GetResponseAsync(messages, null, cancellationToken));

        Assert.Equal((308, 256), (overflow.Needed, overflow.Available));
        Assert.False(overflow.IsTransient);
    }

    [Fact]
    public async Task A_wrong_key_is_said_without_the_key()
    {
        await using var server = Cassette.Play("wrong-key");
        var error = await server.FailAsync(server.Options() with { ApiKey = "sk-wrong-9876543210" });

        Assert.Equal(ModelErrorKind.WrongKey, error.Kind);
        Assert.Equal(401, (int?)error.StatusCode);
        Assert.Equal(
            $"The server at {server.Url} refused the API key. Check OPENAI_API_KEY: is it of this server, and whole?",
            error.Message);
        Assert.DoesNotContain("sk-wrong", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_url_without_a_model_server_is_said_with_the_url()
    {
        await using var server = Cassette.Play("wrong-url");
        var url = new Uri(server.Url, "/api");
        var error = await server.FailAsync(server.Options() with { BaseUrl = url });

        Assert.Equal(ModelErrorKind.NotFound, error.Kind);
        Assert.Equal(
            $"There is no model server at {url}: {url}/chat/completions answered 404. "
            + $"Correct --base-url; most servers want {url}/v1.",
            error.Message);
    }

    [Fact]
    public async Task A_server_that_still_loads_its_model_is_waited_for()
    {
        var pauses = new Pauses();
        await using var server = LoopbackServer.Playing(
            Cassette.Reply("loading"), Cassette.Reply("loading"), Cassette.Reply("stream"));
        using var model = ServerModels.Create(server.Options() with { TimeProvider = pauses });
        var response = await model.Client.GetStreamingResponseAsync(Messages(), null, TestContext.Current.CancellationToken)
            .ToChatResponseAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Text, response.Text);
        Assert.Equal([0.8, 1.6], pauses.Seconds);
    }

    private static List<ChatMessage> Messages() =>
        [new(ChatRole.System, "You compute."), new(ChatRole.User, "What is 6 * 7, please?")];

    private static async Task<List<ChatResponseUpdate>> StreamAsync(LoopbackServer server, ChatOptions options)
    {
        using var model = server.Model();
        return await model.Client.GetStreamingResponseAsync(Messages(), options, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
    }
}
