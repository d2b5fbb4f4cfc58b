using System.Text.Json.Nodes;
using CodeAct.Agents;

namespace CodeAct.Web.OpenAI;

/// <summary>A response while it comes about: its items, and the events that tell of them.</summary>
/// <remarks>
/// A reply of the model is a message, its code a <c>code_interpreter_call</c>. The message before code has the phase
/// <c>commentary</c>, the answer <c>final_answer</c>.
/// </remarks>
/// <param name="response">All but the output, the status and what it took.</param>
/// <param name="showing">What of the work is in it.</param>
/// <param name="conversation">The conversation's ID.</param>
/// <param name="words">For what is told in words.</param>
internal sealed class ResponseWriter(JsonObject response, Showing showing, string conversation, TurnText words)
{
    private readonly JsonArray _output = [];
    private readonly string _mark = $"{response["id"]}"[(ResponseId.Mark.Length - 1)..];
    private JsonObject? _message; // which the model writes
    private JsonObject? _call; // which runs
    private JsonArray _outputs = []; // of the call
    private long _number; // of events

    /// <summary>The text of all messages, as a client sends it back.</summary>
    public string Text => _output.OfType<JsonObject>()
        .Where(item => $"{item["type"]}" == "message")
        .Aggregate("", (all, item) => Said.Join(all, $"{item["content"]![0]!["text"]}"));

    /// <summary>The response as it is now.</summary>
    public JsonObject Response
    {
        get
        {
            var whole = (JsonObject)response.DeepClone();
            whole["output"] = _output.DeepClone();
            return whole;
        }
    }

    /// <summary>It begins.</summary>
    public IEnumerable<JsonObject> Begin()
    {
        response["status"] = "in_progress";
        yield return Event("response.created", ("response", Response));
        yield return Event("response.in_progress", ("response", Response));
    }

    /// <summary>What a piece leads to.</summary>
    public IReadOnlyList<JsonObject> Add(TurnPiece piece) => [.. piece switch
    {
        TurnPiece.Wrote(var text) when showing is not Showing.Answer => Write(text),
        TurnPiece.Thought when showing is not Showing.Answer => EndMessage("commentary"),
        TurnPiece.Ran(var number, var code) when showing is not Showing.Answer => Run(number, code),
        TurnPiece.Showed(_, var type, var bytes) => Show(type, bytes),
        TurnPiece.Printed(var output) when showing is not Showing.Answer => EndCall(output),
        TurnPiece.Asked(_, var request) =>
            [.. EndCall(""), .. Write(words.Waits(request)), .. EndMessage("final_answer"), .. End("completed")],
        TurnPiece.Over over => Close(over),
        TurnPiece.Lost(var why) => Fail("server_error", why),
        _ => (IEnumerable<JsonObject>)[],
    }];

    /// <summary>The model of a raw response is done.</summary>
    public IReadOnlyList<JsonObject> Finish(RawModel.Piece last)
    {
        var status = last.FinishReason == "length" ? "incomplete" : "completed";
        return [.. Write(""), .. EndMessage("final_answer"), .. End(status, last.InputTokens, last.OutputTokens)];
    }

    /// <summary>It failed.</summary>
    public IReadOnlyList<JsonObject> Fail(string code, string why)
    {
        response["status"] = "failed";
        response["error"] = new JsonObject { ["code"] = code, ["message"] = why };
        return [Event("response.failed", ("response", Response))];
    }

    private IEnumerable<JsonObject> Write(string text)
    {
        if (_message is null)
        {
            text = text.TrimStart();
            _message = new JsonObject
            {
                ["id"] = $"msg{_mark}_{_output.Count}",
                ["type"] = "message",
                ["status"] = "in_progress",
                ["role"] = "assistant",
                ["content"] = new JsonArray(),
            };
            yield return Event("response.output_item.added", ("output_index", _output.Count), ("item", _message.DeepClone()));
            yield return InMessage("response.content_part.added", ("part", Part("")));
            _message["content"] = new JsonArray(Part(""));
        }

        if (text.Length > 0)
        {
            var part = _message["content"]![0]!;
            part["text"] = $"{part["text"]}{text}";
            yield return InMessage("response.output_text.delta", ("delta", text), ("logprobs", new JsonArray()));
        }
    }

    private IEnumerable<JsonObject> EndMessage(string phase, params IReadOnlyList<string> made)
    {
        if (_message is not { } message)
        {
            yield break;
        }

        var part = (JsonObject)message["content"]![0]!;
        var annotations = new JsonArray([.. made.Select(name => Citation(name, $"{part["text"]}"))]);
        foreach (var (index, annotation) in annotations.Index())
        {
            yield return InMessage(
                "response.output_text.annotation.added", ("annotation_index", index), ("annotation", annotation!.DeepClone()));
        }

        part["annotations"] = annotations;
        yield return InMessage("response.output_text.done", ("text", $"{part["text"]}"), ("logprobs", new JsonArray()));
        yield return InMessage("response.content_part.done", ("part", part.DeepClone()));
        (message["status"], message["phase"]) = ("completed", phase);
        yield return EndItem(message);
        _message = null;
    }

    private IEnumerable<JsonObject> Run(long number, string code)
    {
        _outputs = [];
        _call = new JsonObject
        {
            ["id"] = $"ci_{conversation}_{number}",
            ["type"] = "code_interpreter_call",
            ["status"] = "in_progress",
            ["container_id"] = ContainerFile.ContainerOf(conversation),
            ["code"] = "",
            ["outputs"] = new JsonArray(),
        };
        yield return Event("response.output_item.added", ("output_index", _output.Count), ("item", _call.DeepClone()));
        yield return InCall("response.code_interpreter_call.in_progress");
        _call["code"] = code;
        yield return InCall("response.code_interpreter_call_code.delta", ("delta", code));
        yield return InCall("response.code_interpreter_call_code.done", ("code", code));
        yield return InCall("response.code_interpreter_call.interpreting");
    }

    private IEnumerable<JsonObject> Show(string type, byte[] bytes)
    {
        _outputs.Add(new JsonObject { ["type"] = "image", ["url"] = $"data:{type};base64,{Convert.ToBase64String(bytes)}" });
        return [];
    }

    private IEnumerable<JsonObject> EndCall(string output)
    {
        if (_call is not { } call)
        {
            yield break;
        }

        if (output.Length > 0)
        {
            _outputs.Insert(0, new JsonObject { ["type"] = "logs", ["logs"] = output });
        }

        call["outputs"] = _outputs;
        call["status"] = output.Length > 0 ? "completed" : "incomplete";
        yield return InCall("response.code_interpreter_call.completed");
        yield return EndItem(call);
        (_call, _outputs) = (null, []);
    }

    private IEnumerable<JsonObject> Close(TurnPiece.Over over)
    {
        var ended = over.End;
        if (ended.Reason is StopReason.Failed)
        {
            return Fail("server_error", Prompts.Why(ended.Reason, ended.Detail));
        }

        var text = showing is Showing.Answer ? ended.Answer?.Trim() ?? "" : "";
        var sofar = Said.Join(Text, _message is null ? text : $"{_message["content"]![0]!["text"]}");
        var links = TurnText.Links(over.Made, sofar);
        var added = Said.Join(Said.Join(text, TurnText.Stopped(ended) ?? ""), links);
        var status = ended.Reason is StopReason.Answered or StopReason.Interrupted ? "completed" : "incomplete";
        return
        [
            .. EndCall(""),
            .. Write(_message is null || added.Length == 0 ? added : $"\n\n{added}"),
            .. EndMessage("final_answer", [.. over.Made]),
            .. End(status, ended.Totals.InputTokens, ended.Totals.OutputTokens),
        ];
    }

    private JsonObject Citation(string name, string text)
    {
        var link = TurnText.Link(name).TrimStart('!');
        var target = link[(link.IndexOf('(', StringComparison.Ordinal) + 1)..^1];
        var at = Math.Max(0, text.IndexOf(target, StringComparison.Ordinal));
        var file = new ContainerFile(conversation, name);
        return new JsonObject
        {
            ["type"] = "container_file_citation",
            ["container_id"] = file.Container,
            ["file_id"] = file.Id,
            ["filename"] = name,
            ["start_index"] = at,
            ["end_index"] = text.Contains(target, StringComparison.Ordinal) ? at + target.Length : at,
        };
    }

    private IEnumerable<JsonObject> End(string status, long inputTokens = 0, long outputTokens = 0)
    {
        response["status"] = status;
        response["incomplete_details"] = status == "incomplete" ? new JsonObject { ["reason"] = "max_output_tokens" } : null;
        response["usage"] = new JsonObject
        {
            ["input_tokens"] = inputTokens,
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
            ["output_tokens"] = outputTokens,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
            ["total_tokens"] = inputTokens + outputTokens,
        };
        yield return Event($"response.{status}", ("response", Response));
    }

    private static JsonObject Part(string text) =>
        new() { ["type"] = "output_text", ["text"] = text, ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray() };

    private JsonObject EndItem(JsonObject item)
    {
        _output.Add(item.DeepClone());
        return Event("response.output_item.done", ("output_index", _output.Count - 1), ("item", item));
    }

    private JsonObject InMessage(string type, params (string Name, JsonNode? Value)[] rest) => Event(
        type, [("item_id", $"{_message!["id"]}"), ("output_index", _output.Count), ("content_index", 0), .. rest]);

    private JsonObject InCall(string type, params (string Name, JsonNode? Value)[] rest) => Event(
        type, [("item_id", $"{_call!["id"]}"), ("output_index", _output.Count), .. rest]);

    private JsonObject Event(string type, params (string Name, JsonNode? Value)[] values)
    {
        var told = new JsonObject { ["type"] = type, ["sequence_number"] = _number++ };
        foreach (var (name, value) in values)
        {
            told[name] = value;
        }

        return told;
    }
}
