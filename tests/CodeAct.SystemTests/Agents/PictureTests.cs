using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Models;
using CodeAct.Python;
using CodeAct.SystemTests.Models;
using CodeAct.SystemTests.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Agents;

/// <summary>Pictures of a real interpreter, sent over HTTP to models that can see.</summary>
public sealed class PictureTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private static readonly byte[] _png =
        Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai", "data:image/png")]
    [InlineData("anthropic", "image/png")]
    public async Task A_model_that_can_see_is_sent_the_users_picture_and_the_plot_and_again_when_the_conversation_is_resumed(string provider, string mark)
    {
        await using var session = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        await session.Workspace.WriteAsync("given.png", new MemoryStream(_png), Cancel);
        await using var server = LoopbackServer.Playing(Said(provider, "<execute>\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\n</execute>"), Said(provider, "A line."));
        using var model = ServerModels.Create(server.Options(provider)) with { SeesImages = true };
        var conversation = new Conversation(session);

        var events = await new Agent(model, new AgentOptions(), TimeProvider.System).RunAsync(conversation, "Look.", Cancel).ToListAsync(Cancel);

        Assert.Equal("A line.", Assert.IsType<RunEnded>(events[^1]).Answer);
        var requests = server.Requests.Select(request => request.Text).ToList();
        Assert.Equal([1, 2], requests.Select(request => request.Split(mark).Length - 1));
        Assert.Contains(Convert.ToBase64String(_png)[..40], requests[0], StringComparison.Ordinal);
        var resumed = Transcript.Resume(events, model, session, new InterpreterRebuilt([], []));
        Assert.Equal(Sizes(conversation), Sizes(resumed));
        Assert.Equal([0, 1, 0, 1, 0], Sizes(resumed).Select(sizes => sizes.Count));
        Assert.All(Sizes(Transcript.Resume(events, model with { SeesImages = false }, session, new InterpreterRebuilt([], []))), Assert.Empty);
    }

    private static List<List<int>> Sizes(Conversation conversation) =>
        [.. conversation.Messages.Select(message => message.Contents.OfType<DataContent>().Select(picture => picture.Data.Length).ToList())];

    private static Reply Said(string provider, string text)
    {
        var json = System.Text.Json.JsonSerializer.Serialize(text);
        return provider == "openai"
            ? Reply.Events($$"""{"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":{{json}}},"finish_reason":"stop"}]}""", "[DONE]")
            : new Reply(200, "text/event-stream", string.Concat(((string[])[
                """{"type":"message_start","message":{"id":"1","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":0}}}""",
                """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
                $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{json}}}}}""",
                """{"type":"content_block_stop","index":0}""",
                """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}""",
                """{"type":"message_stop"}"""]).Select(data => $"event: {System.Text.Json.Nodes.JsonNode.Parse(data)!["type"]}\ndata: {data}\n\n")));
    }
}
