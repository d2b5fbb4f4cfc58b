using System.Text.Json.Nodes;
using CodeAct.SystemTests.Models;

namespace CodeAct.SystemTests.Cli;

/// <summary>Replies of a model as an OpenAI-compatible server streams them.</summary>
internal static class ScriptedServer
{
    public static LoopbackServer Replying(params string[] replies) => Saying([.. replies.Select(text => new Said(text))]);

    /// <summary>The same, also of calls of functions; the last reply again and again.</summary>
    public static LoopbackServer Saying(params Said[] replies)
    {
        var next = -1;
        return new LoopbackServer(request =>
            Task.FromResult(Stream(replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)], request)));
    }

    /// <summary>The same of a server that says how many tokens fit.</summary>
    public static LoopbackServer WithContext(int tokens, string reply) => new(request => Task.FromResult(Stream(new Said(reply), request)))
    {
        Models = Reply.Json(200, $$"""{"data":[{"id":"scripted","max_model_len":{{tokens}}}]}"""),
    };

    public static string[] ModelArguments(this LoopbackServer server) =>
        ["--model", "openai:scripted", "--base-url", server.Url.ToString()];

    /// <summary>The text of the last message of a request.</summary>
    public static string LastMessage(this Request request) =>
        request.Json["messages"]!.AsArray()[^1]!["content"]!.GetValue<string>();

    private static Reply Stream(Said said, Request request)
    {
        var stops = request.Json["stop"]?.AsArray().Select(stop => stop!.GetValue<string>()) ?? [];
        var text = said.Text.Split([.. stops, "\0"], StringSplitOptions.None)[0]; // the stop sequence is cut off, as servers do
        var pieces = text.Chunk(5).Select(piece =>
            Chunk(new JsonObject { ["role"] = "assistant", ["content"] = new string(piece) }, null));
        var calls = said.Calls.SelectMany((call, index) => Call(call, index));
        return Reply.Events([.. pieces, .. calls, Chunk([], said.Calls.Length > 0 ? "tool_calls" : "stop"), "[DONE]"]);
    }

    private static IEnumerable<string> Call((string Name, string Arguments) call, int index)
    {
        yield return Part(new JsonObject { ["name"] = call.Name, ["arguments"] = "" }, $"call_{index}");
        foreach (var piece in call.Arguments.Chunk(7))
        {
            yield return Part(new JsonObject { ["arguments"] = new string(piece) }, null);
        }

        string Part(JsonObject function, string? id)
        {
            var part = new JsonObject { ["index"] = index, ["function"] = function };
            if (id is not null)
            {
                (part["id"], part["type"]) = (id, "function");
            }

            return Chunk(new JsonObject { ["tool_calls"] = new JsonArray(part) }, null);
        }
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

/// <summary>One reply: text, then calls of functions.</summary>
internal sealed record Said(string Text, params (string Name, string Arguments)[] Calls);
