using System.Net;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Models;

/// <summary>Anthropic's messages and OpenAI's responses, against replies recorded from llama.cpp's server, which speaks both.</summary>
public sealed class OtherInterfacesTests
{
    private const string Text = "Let us compute: \n<execute>print(6*7)</execute>\nObservation ends here.";
    private const string Anthropic = "anthropic";
    private const string Responses = "openai-responses";

    [Theory]
    [InlineData(Anthropic)]
    [InlineData(Responses)]
    public async Task A_reply_streams_in_pieces_and_ends_with_its_usage(string provider)
    {
        await using var server = Cassette.Play($"{provider}-stream");
        using var model = ServerModels.Create(server.Options(provider));
        var updates = await model.Client.GetStreamingResponseAsync(
            Messages(), new ChatOptions { Temperature = 0, MaxOutputTokens = 100 }, Cancelled).ToListAsync(Cancelled);

        var response = updates.ToChatResponse();
        Assert.Equal($"{provider}:tiny", model.Name);
        Assert.Equal(Text, response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.True(updates.Count(update => update.Text.Length > 0) > 5);
        Assert.Equal((26, 24), (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount));
    }

    [Theory]
    [InlineData(Anthropic)]
    [InlineData(Responses)]
    public async Task A_reply_comes_in_one_piece_when_asked_so(string provider)
    {
        await using var server = Cassette.Play($"{provider}-reply");
        using var model = ServerModels.Create(server.Options(provider));
        var response = await model.Client.GetResponseAsync(Messages(), new ChatOptions { Temperature = 0, MaxOutputTokens = 100 }, Cancelled);

        Assert.Equal(Text, response.Text);
        Assert.Equal((26, 24), (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount));
        Assert.Equal($"Bearer {ModelServers.Key}", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task Anthropics_server_stops_before_a_stop_sequence()
    {
        await using var server = Cassette.Play("anthropic-stop");
        using var model = ServerModels.Create(server.Options(Anthropic));
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 100, StopSequences = ["</execute>"] };
        var response = await model.Client.GetStreamingResponseAsync(Messages(), options, Cancelled).ToChatResponseAsync(Cancelled);

        Assert.Equal("Let us compute: \n<execute>print(6*7)", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Theory]
    [InlineData(Anthropic, "messages", "ANTHROPIC_API_KEY")]
    [InlineData(Responses, "responses", "OPENAI_API_KEY")]
    public async Task Refusals_say_what_to_do(string provider, string route, string variable)
    {
        await using var key = LoopbackServer.Playing(Reply.Json(401, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"""));
        var wrong = await FailAsync(key, provider);
        Assert.Equal((ModelErrorKind.WrongKey, HttpStatusCode.Unauthorized), (wrong.Kind, wrong.StatusCode));
        Assert.Equal($"The server at {key.Url} refused the API key. Check {variable}: is it of this server, and whole?", wrong.Message);

        await using var place = LoopbackServer.Playing(Reply.Json(404, "{}"));
        Assert.Contains($"{place.Url}/{route} answered 404", (await FailAsync(place, provider)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}""", ModelErrorKind.ContextOverflow, "has 208310 tokens, there is room for 200000")]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}""", ModelErrorKind.OutOfQuota, "nothing left")]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ModelErrorKind.ServerError, "failed (529)")]
    [InlineData(429, """{"type":"error","error":{"type":"rate_limit_error","message":"too fast"}}""", ModelErrorKind.RateLimited, "too many requests")]
    public async Task Anthropics_refusals_are_understood(int status, string body, ModelErrorKind kind, string says)
    {
        await using var server = LoopbackServer.Playing(Reply.Json(status, body));
        var error = await FailAsync(server, Anthropic);
        Assert.Equal(kind, error.Kind);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_within_Anthropics_stream_is_quoted()
    {
        var start = """{"type":"message_start","message":{"id":"1","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":0}}}""";
        var error = """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""";
        await using var server = LoopbackServer.Playing(
            new Reply(200, "text/event-stream", $"event: message_start\ndata: {start}\n\nevent: error\ndata: {error}\n\n"));
        var failure = await FailAsync(server, Anthropic);
        Assert.Equal((ModelErrorKind.ServerError, true), (failure.Kind, failure.IsTransient));
        Assert.Contains("Overloaded", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Ending.BreaksOff, " us\"}}\n\n")]
    [InlineData(Ending.ClosesQuietly, " us\"}}\n\n")]
    [InlineData(Ending.ClosesQuietly, " compu")]
    [InlineData(Ending.FallsSilent, " us\"}}\n\n")]
    internal async Task A_reply_of_Anthropics_without_its_end_is_an_error(Ending ending, string after)
    {
        var stream = Cassette.Reply("anthropic-stream");
        var half = stream.Body[..(stream.Body.IndexOf(after, StringComparison.Ordinal) + after.Length)];
        await using var server = LoopbackServer.Playing(stream with { Body = half, Ending = ending });
        var options = server.Options(Anthropic) with { Timeout = TimeSpan.FromSeconds(2) };
        using var model = ServerModels.Create(options);
        var error = await Assert.ThrowsAsync<ModelException>(
            () => model.Client.GetStreamingResponseAsync(Messages(), null, Cancelled).ToChatResponseAsync(Cancelled));
        Assert.Equal(ModelErrorKind.Interrupted, error.Kind);
    }

    [Fact]
    public async Task Anthropics_models_are_listed_with_their_context()
    {
        await using var server = new LoopbackServer(_ => throw new InvalidOperationException())
        {
            Models = Reply.Json(200, """{"data":[{"type":"model","id":"claude-x","display_name":"X","created_at":"2026-01-01T00:00:00Z","max_input_tokens":200000}],"has_more":false,"first_id":"claude-x","last_id":"claude-x"}"""),
        };
        Assert.Equal([new ServedModel("claude-x", 200_000)], await ServerModels.ListAsync(server.Options(Anthropic), Cancelled));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static List<ChatMessage> Messages() =>
        [new(ChatRole.System, "You compute."), new(ChatRole.User, "What is 6 * 7, please?")];

    private static async Task<ModelException> FailAsync(LoopbackServer server, string provider)
    {
        using var model = ServerModels.Create(server.Options(provider));
        return await Assert.ThrowsAnyAsync<ModelException>(
            () => model.Client.GetStreamingResponseAsync("Hello", null, Cancelled).ToChatResponseAsync(Cancelled));
    }
}
