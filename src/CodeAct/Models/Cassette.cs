using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>
/// A file of what a model was asked and what it replied, one exchange a line, after a line about the model. A run from it needs no
/// model, no key and no network, and its replies are always the same.
/// </summary>
/// <remarks>
/// Of a request it holds a digest and the end of the last message, for people. Replies are whole: who must not read them must not
/// have the file.
/// </remarks>
public sealed class Cassette
{
    private const int Shown = 200; // characters of a message

    private static readonly JsonSerializerOptions _json = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    private readonly string _path;

    private Cassette(string path) => _path = path;

    /// <summary>A model that answers from the file, as the recorded one did.</summary>
    /// <exception cref="ModelException">There is no such file, or it is none.</exception>
    public static Model Play(string path)
    {
        try
        {
            var lines = File.ReadAllLines(path);
            var head = JsonSerializer.Deserialize<Head>(lines[0], _json) ?? throw new JsonException();
            var exchanges = lines.Skip(1).Select(line => JsonSerializer.Deserialize<Exchange>(line, _json) ?? throw new JsonException());
            return new Model($"cassette:{path}", new CassetteClient(path, exchanges))
            {
                ObservationRole = new ChatRole(head.ObservationRole),
                SystemPrompt = head.SystemPrompt,
                ContextTokens = head.ContextTokens,
                CallsFunctions = head.CallsFunctions,
                SeesImages = head.SeesImages,
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelErrorKind.NotFound, $"The cassette {path} cannot be read: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is JsonException or IndexOutOfRangeException or NotSupportedException or ArgumentException)
        {
            throw new ModelException(ModelErrorKind.BadReply, $"{path} is no cassette; make one with --record {path}.", failure);
        }
    }

    internal static Cassette Create(string path, Model model)
    {
        var head = new Head(
            model.Name, model.ObservationRole.Value, model.SystemPrompt, model.ContextTokens, model.CallsFunctions, model.SeesImages);
        File.WriteAllText(path, JsonSerializer.Serialize(head, _json) + "\n");
        return new Cassette(path);
    }

    internal void Add(IEnumerable<ChatMessage> messages, ChatOptions? options, IReadOnlyList<ChatResponseUpdate> updates)
    {
        var asked = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var end = asked.Count > 0 ? asked[^1].Text : "";
        var exchange = new Exchange(Digest(asked, options), end.Length > Shown ? end[^Shown..] : end, updates);
        File.AppendAllText(_path, JsonSerializer.Serialize(exchange, _json) + "\n");
    }

    /// <summary>What makes two requests the same: what is said, by whom, and how the model is asked.</summary>
    internal static string Digest(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var said = messages.Select(message => new JsonObject
        {
            ["role"] = message.Role.Value,
            ["contents"] = new JsonArray([.. message.Contents.Select(content => JsonSerializer.SerializeToNode(content, _json))]),
        });
        var request = new JsonObject
        {
            ["messages"] = new JsonArray([.. said]),
            ["temperature"] = options?.Temperature,
            ["seed"] = options?.Seed,
            ["limit"] = options?.MaxOutputTokens,
            ["stop"] = string.Join('\n', options?.StopSequences ?? []),
            ["tools"] = string.Join('\n', (options?.Tools ?? []).Select(tool => tool.Name)),
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, _json)))[..16];
    }

    /// <summary>About the model that was recorded.</summary>
    private sealed record Head(
        string Model, string ObservationRole, string? SystemPrompt, int? ContextTokens, bool CallsFunctions, bool SeesImages);

    /// <summary>One exchange.</summary>
    internal sealed record Exchange(string Request, string Asked, IReadOnlyList<ChatResponseUpdate> Reply);
}
