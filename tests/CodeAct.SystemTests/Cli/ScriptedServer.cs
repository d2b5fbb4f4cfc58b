using System.Text.Json.Nodes;
using CodeAct.SystemTests.Models;

namespace CodeAct.SystemTests.Cli;

/// <summary>Replies of a model as an OpenAI-compatible server streams them.</summary>
internal static class ScriptedServer
{
    public static LoopbackServer Replying(params string[] replies) => LoopbackServer.Playing([.. replies.Select(Stream)]);

    /// <summary>The same of a server that says how many tokens fit.</summary>
    public static LoopbackServer WithContext(int tokens, string reply) => new(_ => Task.FromResult(Stream(reply)))
    {
        Models = Reply.Json(200, $$"""{"data":[{"id":"scripted","max_model_len":{{tokens}}}]}"""),
    };

    public static string[] ModelArguments(this LoopbackServer server) =>
        ["--model", "openai:scripted", "--base-url", server.Url.ToString()];

    /// <summary>The text of the last message of a request.</summary>
    public static string LastMessage(this Request request) =>
        request.Json["messages"]!.AsArray()[^1]!["content"]!.GetValue<string>();

    private static Reply Stream(string reply)
    {
        var text = reply.Split("</execute>")[0]; // the stop sequence is cut off, as servers do
        var pieces = text.Chunk(5).Select(piece =>
            Chunk(new JsonObject { ["role"] = "assistant", ["content"] = new string(piece) }, null));
        return Reply.Events([.. pieces, Chunk([], "stop"), "[DONE]"]);
    }

    private static string Chunk(JsonObject delta, string? finish) => new JsonObject
    {
        ["id"] = "1",
        ["object"] = "chat.completion.chunk",
        ["created"] = 1,
        ["model"] = "scripted",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
    }.ToJsonString();
}
