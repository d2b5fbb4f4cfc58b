using System.Text.Json;
using CodeAct.Web.Chats;
using Microsoft.Extensions.AI;

namespace CodeAct.Web.OpenAI;

/// <summary>A request for a chat completion, as far as it is read; what is not here is ignored.</summary>
internal sealed record ChatRequest
{
    public string? Model { get; init; }

    public IReadOnlyList<ChatRequestMessage>? Messages { get; init; }

    public bool Stream { get; init; }

    public ChatStreamOptions? StreamOptions { get; init; }

    public long? MaxTokens { get; init; }

    public long? MaxCompletionTokens { get; init; }

    public float? Temperature { get; init; }

    public float? TopP { get; init; }

    public long? Seed { get; init; }

    public int? N { get; init; }

    public bool? Logprobs { get; init; }

    public JsonElement? Stop { get; init; }

    public JsonElement? ResponseFormat { get; init; }

    public JsonElement? Tools { get; init; }

    public JsonElement? Functions { get; init; }

    public IReadOnlyList<string>? Modalities { get; init; }

    /// <exception cref="BadParameterException">One of them is not supported.</exception>
    public IReadOnlyList<Said> Read() => Messages is { Count: > 0 } messages
        ? Said.Joined(messages.Index().Select(one => MessageParts.Read(
            one.Item.Role, one.Item.Content ?? default, $"messages[{one.Index}]")))
        : throw new BadParameterException("messages", "There must be at least one message.");

    /// <summary>How the agent is asked.</summary>
    /// <exception cref="BadParameterException">Something is asked for that is not supported.</exception>
    public Message Asking(OfferedModel model)
    {
        Check(isRaw: false);
        return new Message("", model.Name) { MaxTokens = MaxCompletionTokens ?? MaxTokens, Temperature = Temperature, Seed = Seed };
    }

    /// <summary>How the model itself is asked.</summary>
    /// <exception cref="BadParameterException">Something is asked for that is not supported.</exception>
    public ChatOptions RawOptions()
    {
        Check(isRaw: true);
        return new ChatOptions
        {
            MaxOutputTokens = RawModel.Most(MaxCompletionTokens ?? MaxTokens),
            Temperature = Temperature,
            TopP = TopP,
            Seed = Seed,
            StopSequences = Stop switch
            {
                { ValueKind: JsonValueKind.String } one => [one.GetString()!],
                { ValueKind: JsonValueKind.Array } several => [.. several.EnumerateArray().Select(one => one.ToString())],
                _ => null,
            },
        };
    }

    private void Check(bool isRaw)
    {
        Refuse("n", N is > 1, "there is one answer to a request.");
        Refuse("logprobs", Logprobs is true, "leave it out.");
        Refuse("tools", IsGiven(Tools), "the agent has the tools that its server was started with (codeact serve --mcp, --tools).");
        Refuse("functions", IsGiven(Functions), "the agent has the tools that its server was started with (codeact serve --mcp, --tools).");
        Refuse("modalities", Modalities?.Contains("audio") is true, "the answer is text.");
        var isFormatted = ResponseFormat is { } format && MessageParts.Text(format, "type") is not (null or "text");
        Refuse("response_format", isFormatted, "the answer is text.");
        Refuse("stop", !isRaw && IsGiven(Stop), "the agent writes several replies to a request; a raw model takes it.");
    }

    private static void Refuse(string parameter, bool isGiven, string instead)
    {
        if (isGiven)
        {
            throw BadParameterException.Unsupported(parameter, instead);
        }
    }

    private static bool IsGiven(JsonElement? value) => value is { } given
        && given.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
        && (given.ValueKind is not JsonValueKind.Array || given.GetArrayLength() > 0);
}

/// <summary>A message of a request.</summary>
internal sealed record ChatRequestMessage(string? Role, JsonElement? Content);

/// <summary>How an answer is streamed.</summary>
internal sealed record ChatStreamOptions(bool IncludeUsage);
