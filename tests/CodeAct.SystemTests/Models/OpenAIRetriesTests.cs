using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Models;

/// <summary>When a request is sent again, after which pause, and in which words.</summary>
public sealed class OpenAIRetriesTests
{
    private static readonly Reply _tooMany = Reply.Json(429, """{"error":{"message":"Slow down"}}""");
    private static readonly Reply _broken = Reply.Json(500, """{"error":{"message":"Oops"}}""");

    private readonly Pauses _pauses = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Too_many_requests_waits_as_long_as_the_server_says(bool streaming)
    {
        await using var server = LoopbackServer.Playing(
            _tooMany with { Headers = new Dictionary<string, string> { ["Retry-After"] = "7" } }, Good(streaming));

        Assert.StartsWith("Let us compute", await AskAsync(server, streaming), StringComparison.Ordinal);
        Assert.Equal([7], _pauses.Seconds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failing_server_is_asked_again_with_doubling_pauses(bool streaming)
    {
        await using var server = LoopbackServer.Playing(_broken, _broken, _broken, Good(streaming));

        Assert.StartsWith("Let us compute", await AskAsync(server, streaming), StringComparison.Ordinal);
        Assert.Equal([0.8, 1.6, 3.2], _pauses.Seconds);
        Assert.Single(server.Requests.Select(request => request.Text).Distinct());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_is_lost_before_the_reply_is_made_again(bool streaming)
    {
        await using var server = LoopbackServer.Playing(
            _broken with { Ending = Ending.HangsUp }, _broken with { Ending = Ending.HangsUp }, Good(streaming));

        Assert.StartsWith("Let us compute", await AskAsync(server, streaming), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, ModelErrorKind.RateLimited)]
    [InlineData(500, ModelErrorKind.ServerError)]
    [InlineData(503, ModelErrorKind.ServerError)]
    public async Task Retries_end_in_an_error_that_quotes_the_server(int status, ModelErrorKind kind)
    {
        await using var server = LoopbackServer.Playing(_broken with { Status = status });
        var error = await server.FailAsync(server.Options() with { MaxRetries = 2 });

        Assert.Equal((kind, true), (error.Kind, error.IsTransient));
        Assert.Contains(", also after 2 retries", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("It said: Oops", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task An_empty_account_is_not_asked_again()
    {
        await using var server = LoopbackServer.Playing(
            Reply.Json(429, """{"error":{"message":"You exceeded your current quota.","code":"insufficient_quota"}}"""));
        var error = await server.FailAsync();

        Assert.Equal((ModelErrorKind.OutOfQuota, false), (error.Kind, error.IsTransient));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"Unrecognized request argument supplied: 'stream_options'"}}""")]
    [InlineData(422, """{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"]}]}""")]
    public async Task A_refused_parameter_is_left_out_now_and_later(int status, string refusal)
    {
        await using var server = LoopbackServer.Playing(Reply.Json(status, refusal), Cassette.Reply("stream"));
        using var model = server.Model();
        for (var turn = 0; turn < 2; turn++)
        {
            await model.Client.GetStreamingResponseAsync("Hello", null, TestContext.Current.CancellationToken)
                .ToListAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal([true, false, false], server.Requests.Select(request => request.Json.ContainsKey("stream_options")));
        Assert.Empty(_pauses.Seconds);
    }

    [Fact]
    public async Task A_model_without_stop_sequences_and_with_another_token_limit_still_answers()
    {
        await using var server = LoopbackServer.Playing(
            Reply.Json(400, """{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."}}"""),
            Reply.Json(400, """{"error":{"message":"Unsupported parameter: 'stop' is not supported with this model."}}"""),
            Cassette.Reply("reply"));
        using var model = server.Model();
        await model.Client.GetResponseAsync(
            "Hello",
            new ChatOptions { MaxOutputTokens = 9, StopSequences = ["x"] },
            TestContext.Current.CancellationToken);

        var last = server.Requests.Last().Json;
        Assert.Equal(9, (int?)last["max_completion_tokens"]);
        Assert.False(last.ContainsKey("max_tokens"));
        Assert.False(last.ContainsKey("stop"));
    }

    [Fact]
    public async Task A_refusal_of_something_else_is_quoted_and_not_repeated()
    {
        await using var server = LoopbackServer.Playing(
            Reply.Json(400, """{"error":{"message":"Unsupported value: 'temperature' does not support 0.5."}}"""));
        var error = await server.FailAsync();

        Assert.Equal((ModelErrorKind.BadRequest, false), (error.Kind, error.IsTransient));
        Assert.EndsWith("Unsupported value: 'temperature' does not support 0.5.", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    private static Reply Good(bool streaming) => Cassette.Reply(streaming ? "stream" : "reply");

    private async Task<string> AskAsync(LoopbackServer server, bool streaming)
    {
        using var model = ServerModels.Create(server.Options() with { TimeProvider = _pauses });
        var stopping = TestContext.Current.CancellationToken;
        var response = streaming
            ? await model.Client.GetStreamingResponseAsync("Hello", null, stopping).ToChatResponseAsync(stopping)
            : await model.Client.GetResponseAsync("Hello", null, stopping);
        return response.Text;
    }
}
