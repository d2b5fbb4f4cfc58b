using System.Net;
using System.Net.Sockets;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Models;

/// <summary>What goes wrong on the way to a model, and what the user reads then.</summary>
public sealed class OpenAIErrorsTests
{
    private const string Piece = """{"choices":[{"index":0,"delta":{"content":"Half a"}}]}""";
    private const string Html = "<!DOCTYPE html><html><body>Welcome</body></html>";

    [Theory]
    [InlineData("""{"error":{"message":"The model 'tiny' does not exist","code":"model_not_found"}}""")]
    [InlineData("""{"error":{"message":"model \"tiny\" not found","type":"api_error","param":null}}""")]
    [InlineData("""{"object":"error","message":"The model `tiny` does not exist.","type":"NotFoundError","code":404}""")]
    public async Task A_model_that_the_server_lacks_is_named(string body)
    {
        await using var server = LoopbackServer.Playing(Reply.Json(404, body));
        var error = await server.FailAsync();

        Assert.Equal((ModelErrorKind.NotFound, HttpStatusCode.NotFound), (error.Kind, error.StatusCode));
        Assert.StartsWith(
            $"The server at {server.Url} has no model 'tiny'. {server.Url}/models lists those it has.", error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(301)]
    public async Task A_web_site_is_no_model_server(int status)
    {
        await using var server = LoopbackServer.Playing(
            new Reply(status, "text/html", Html) { Headers = new Dictionary<string, string> { ["Location"] = "/elsewhere" } });
        var error = await server.FailAsync();

        Assert.Equal(ModelErrorKind.NotFound, error.Kind);
        Assert.Contains(server.Url.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_instead_of_a_reply_is_said_to_be_none(bool streaming)
    {
        await using var server = LoopbackServer.Playing(new Reply(200, "text/html", Html));
        var error = await server.FailAsync(streaming: streaming);

        Assert.Equal(ModelErrorKind.BadReply, error.Kind);
        Assert.Equal(
            $"What {server.Url}/chat/completions answers is no reply of a model. Correct --base-url.", error.Message);
    }

    [Theory]
    [InlineData("this is not JSON")]
    [InlineData("[1, 2, 3]")]
    [InlineData("""{"choices": 5}""")]
    public async Task Garbage_in_a_stream_is_a_bad_reply(string data)
    {
        await using var server = LoopbackServer.Playing(Reply.Events(data));

        Assert.Equal(ModelErrorKind.BadReply, (await server.FailAsync()).Kind);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Incorrect API key provided: sk-test-0123456789.","code":"invalid_api_key"}}""", 401)]
    [InlineData("""{"error":{"message":"sk-test-0123456789 may not use this model."}}""", 403)]
    public async Task A_refused_key_is_never_repeated(string body, int status)
    {
        await using var server = LoopbackServer.Playing(Reply.Json(status, body));
        var error = await server.FailAsync();

        Assert.Equal(ModelErrorKind.WrongKey, error.Kind);
        Assert.DoesNotContain(ModelServers.Key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_wants_a_key_and_got_none_says_how_to_give_one()
    {
        await using var server = LoopbackServer.Playing(Cassette.Reply("wrong-key"));
        var error = await server.FailAsync(server.Options() with { ApiKey = null });

        Assert.Equal($"The server at {server.Url} wants an API key: set OPENAI_API_KEY.", error.Message);
    }

    [Fact]
    public void OpenAI_without_a_key_is_refused_before_anything_is_sent()
    {
        var error = Assert.Throws<ModelException>(() => ServerModels.Create(new ModelServerOptions(ModelProvider.OpenAI, "gpt-5")));

        Assert.Equal(ModelErrorKind.WrongKey, error.Kind);
        Assert.Contains("OPENAI_API_KEY", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_is_said_at_once()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var url = new Uri($"http://{free.LocalEndpoint}/v1");
        free.Stop();
        var pauses = new Pauses();
        using var model = ServerModels.Create(new ModelServerOptions(ModelProvider.OpenAI, "tiny") { BaseUrl = url, TimeProvider = pauses });
        var error = await Assert.ThrowsAsync<ModelException>(
            () => model.Client.GetResponseAsync("Hello", null, TestContext.Current.CancellationToken));

        Assert.Equal((ModelErrorKind.Unreachable, true), (error.Kind, error.IsTransient));
        Assert.Equal($"Nothing listens at {url}. Start the model server, or correct --base-url.", error.Message);
        Assert.Empty(pauses.Seconds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_never_answers_is_given_up(bool streaming)
    {
        await using var server = LoopbackServer.Playing(Reply.Events(Piece) with { Ending = Ending.NeverAnswers });
        var error = await server.FailAsync(server.Options() with { Timeout = TimeSpan.FromSeconds(0.2) }, streaming);

        Assert.Equal(ModelErrorKind.Unreachable, error.Kind);
        Assert.Equal($"The server at {server.Url} did not answer within 0.2 s.", error.Message);
        Assert.True(server.Requests.Count <= 1, "It was asked again.");
    }

    [Theory]
    [InlineData(nameof(Ending.BreaksOff))]
    [InlineData(nameof(Ending.ClosesQuietly))]
    [InlineData(nameof(Ending.FallsSilent))]
    [InlineData(nameof(Ending.Complete))]
    public async Task A_reply_without_its_end_is_an_error_after_its_text(string ending)
    {
        await using var server = LoopbackServer.Playing(Reply.Events(Piece) with { Ending = Enum.Parse<Ending>(ending) });
        using var model = ServerModels.Create(
            server.Options() with { Timeout = TimeSpan.FromSeconds(ending == nameof(Ending.FallsSilent) ? 2 : 60) });
        await using var updates = model.Client
            .GetStreamingResponseAsync("Hello", null, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

        Assert.True(await updates.MoveNextAsync());
        Assert.Equal("Half a", updates.Current.Text);
        var error = await Assert.ThrowsAsync<ModelException>(() => updates.MoveNextAsync().AsTask());
        Assert.Equal((ModelErrorKind.Interrupted, true), (error.Kind, error.IsTransient));
        Assert.Contains("openai:tiny", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_error_within_a_stream_is_quoted()
    {
        await using var server = LoopbackServer.Playing(
            Reply.Events(Piece, """{"error":{"message":"slot ran out of memory","type":"server_error","code":500}}"""));
        var error = await server.FailAsync();

        Assert.Equal((ModelErrorKind.ServerError, HttpStatusCode.InternalServerError), (error.Kind, error.StatusCode));
        Assert.Contains("slot ran out of memory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_a_reply_is_no_error_of_the_model()
    {
        await using var server = LoopbackServer.Playing(Reply.Events(Piece) with { Ending = Ending.FallsSilent });
        using var model = server.Model();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var updates = model.Client.GetStreamingResponseAsync("Hello", null, cancel.Token)
            .GetAsyncEnumerator(cancel.Token);

        Assert.True(await updates.MoveNextAsync());
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => updates.MoveNextAsync().AsTask());
    }

    [Theory]
    [InlineData("localhost:8080/v1")]
    [InlineData("ftp://localhost/v1")]
    [InlineData("http://user:secret@localhost/v1")]
    public void An_address_that_no_server_can_have_is_refused(string url) =>
        Assert.Throws<UriFormatException>(() => new ModelServerOptions(ModelProvider.OpenAI, "tiny") { BaseUrl = new Uri(url) });
}
