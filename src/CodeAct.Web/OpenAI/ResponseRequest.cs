using System.Text.Json;
using CodeAct.Web.Chats;
using Microsoft.Extensions.AI;

namespace CodeAct.Web.OpenAI;

/// <summary>A request for a response, as far as it is read; what is not here is ignored.</summary>
internal sealed record ResponseRequest
{
    public string? Model { get; init; }

    public JsonElement Input { get; init; }

    public string? Instructions { get; init; }

    public bool Stream { get; init; }

    public bool? Background { get; init; }

    public string? PreviousResponseId { get; init; }

    public JsonElement? Conversation { get; init; }

    public long? MaxOutputTokens { get; init; }

    public float? Temperature { get; init; }

    public float? TopP { get; init; }

    public JsonElement? Tools { get; init; }

    public JsonElement? Text { get; init; }

    public JsonElement? Metadata { get; init; }

    /// <summary>The conversation that is named, as an ID or as an object with one; null for none.</summary>
    public string? ConversationId => Conversation switch
    {
        { ValueKind: JsonValueKind.String } id => id.GetString(),
        { ValueKind: JsonValueKind.Object } named => MessageParts.Text(named, "id"),
        _ => null,
    };

    /// <summary>What was said, instructions first.</summary>
    /// <exception cref="BadParameterException">Something in it is not supported.</exception>
    public IReadOnlyList<Said> Read()
    {
        IEnumerable<Said> system = Instructions is { Length: > 0 } instructions ? [new Said(Speaker.System, instructions, [])] : [];
        return Input.ValueKind switch
        {
            JsonValueKind.String => [.. system, new Said(Speaker.User, Input.GetString()!, [])],
            JsonValueKind.Array => Said.Joined(
                [.. system, .. Input.EnumerateArray().Index().SelectMany(one => Item(one.Item, $"input[{one.Index}]"))]),
            _ => throw new BadParameterException("input", "'input' must be a text or a list of items."),
        };
    }

    /// <summary>The files and the container that tools are given.</summary>
    /// <exception cref="BadParameterException">There is a tool other than <c>code_interpreter</c>.</exception>
    public (IReadOnlyList<Attachment> Files, string? Container) Interpreter()
    {
        var (files, container) = (new List<Attachment>(), (string?)null);
        foreach (var tool in Tools is { ValueKind: JsonValueKind.Array } tools ? tools.EnumerateArray().ToList() : [])
        {
            if (MessageParts.Text(tool, "type") is not "code_interpreter")
            {
                throw BadParameterException.Unsupported(
                    "tools",
                    "besides code_interpreter there are the tools that the server was started with (codeact serve --mcp, --tools).");
            }

            if (tool.TryGetProperty("container", out var given))
            {
                container = given.ValueKind is JsonValueKind.String ? given.GetString() : container;
                var ids = given.ValueKind is JsonValueKind.Object && given.TryGetProperty("file_ids", out var list)
                    && list.ValueKind is JsonValueKind.Array ? list.EnumerateArray().Select(id => id.ToString()) : [];
                files.AddRange(ids.Select(id => new Attachment.Uploaded(id)));
            }
        }

        return (files, container);
    }

    /// <summary>How the agent is asked.</summary>
    /// <exception cref="BadParameterException">Something is asked for that is not supported.</exception>
    public Message Asking(OfferedModel model)
    {
        Check();
        return new Message("", model.Name) { MaxTokens = MaxOutputTokens, Temperature = Temperature };
    }

    /// <summary>How the model itself is asked.</summary>
    /// <exception cref="BadParameterException">Something is asked for that is not supported.</exception>
    public ChatOptions RawOptions()
    {
        Check();
        return PreviousResponseId is null && ConversationId is null
            ? new ChatOptions { MaxOutputTokens = RawModel.Most(MaxOutputTokens), Temperature = Temperature, TopP = TopP }
            : throw BadParameterException.Unsupported(
                PreviousResponseId is null ? "conversation" : "previous_response_id",
                "a raw model keeps nothing; send all that was said as 'input'.");
    }

    private void Check()
    {
        if (Background is true)
        {
            throw BadParameterException.Unsupported("background", "leave it out and stream, or use POST /api/conversations/ID/messages.");
        }

        if (Text is { ValueKind: JsonValueKind.Object } text && text.TryGetProperty("format", out var format)
            && MessageParts.Text(format, "type") is not (null or "text"))
        {
            throw BadParameterException.Unsupported("text.format", "the answer is text.");
        }

        if (PreviousResponseId is not null && ConversationId is not null)
        {
            throw new BadParameterException("conversation", "'conversation' and 'previous_response_id' cannot both be given.");
        }
    }

    // What the model did on the way is in our log; a client that sends it back tells us nothing.
    private static IEnumerable<Said> Item(JsonElement item, string parameter) => MessageParts.Text(item, "type") switch
    {
        null or "message" => [MessageParts.Read(
            MessageParts.Text(item, "role"),
            item.ValueKind is JsonValueKind.Object && item.TryGetProperty("content", out var content) ? content : default,
            parameter)],
        "code_interpreter_call" or "reasoning" => [],
        var other => throw BadParameterException.Unsupported(
            parameter,
            $"there is no use for an item of type '{other}'; send messages, or name the response before by previous_response_id."),
    };
}
