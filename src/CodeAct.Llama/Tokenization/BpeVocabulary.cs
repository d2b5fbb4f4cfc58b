using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodeAct.Llama.Tokenization;

/// <summary>
/// A trained byte-level BPE vocabulary: token b is the byte b for the first 256, then one token per merge that made a new
/// text, then the control tokens.
/// </summary>
public sealed class BpeVocabulary
{
    /// <summary>Ends a document and pads.</summary>
    public const string EndOfText = "<|endoftext|>";

    /// <summary>Starts a turn; the role and a line end follow.</summary>
    public const string TurnStart = "<|im_start|>";

    /// <summary>Ends a turn.</summary>
    public const string TurnEnd = "<|im_end|>";

    /// <summary>ChatML as a chat template: any role, no default system prompt.</summary>
    public const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    internal static readonly string[] ControlTokens = [EndOfText, TurnStart, TurnEnd];

    private const string TokenizerFile = "tokenizer.json";
    private static readonly JsonSerializerOptions _json =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal BpeVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges)
    {
        Tokens = tokens;
        Merges = merges;
        if (!tokens.TakeLast(ControlTokens.Length).SequenceEqual(ControlTokens))
            throw new ArgumentException($"The last tokens must be {string.Join(", ", ControlTokens)}.", nameof(tokens));
    }

    /// <summary>Token texts by id, bytes in GPT-2's printable alphabet.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Pairs that become one token, the first to be merged first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>Id of <see cref="EndOfText"/>.</summary>
    public int EndOfTextId => Tokens.Count - 3;

    /// <summary>Id of <see cref="TurnStart"/>.</summary>
    public int TurnStartId => Tokens.Count - 2;

    /// <summary>Id of <see cref="TurnEnd"/>.</summary>
    public int TurnEndId => Tokens.Count - 1;

    /// <summary>Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c> in the Hugging Face layout.</summary>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, TokenizerFile), TokenizerJson().ToJsonString(_json) + "\n");
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), ConfigJson().ToJsonString(_json) + "\n");
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="ModelFileException">The file is missing, or holds another kind of tokenizer.</exception>
    public static BpeVocabulary Load(string directory)
    {
        var path = Path.Combine(directory, TokenizerFile);
        try
        {
            return Parse(JsonNode.Parse(File.ReadAllText(path))!);
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or NullReferenceException
            or ArgumentException or FormatException)
        {
            throw new ModelFileException(
                path,
                $"no byte-level BPE tokenizer with the {PreTokenizer.Name} split and ChatML tokens can be read: {e.Message}",
                e);
        }
    }

    private static BpeVocabulary Parse(JsonNode json)
    {
        var model = json["model"]!;
        var split = json["pre_tokenizer"]!["pretokenizers"]!.AsArray()
            .Select(step => step!["pattern"]?["Regex"]?.GetValue<string>()).FirstOrDefault(pattern => pattern is not null);
        if (split != PreTokenizer.Pattern)
            throw new FormatException($"it splits by {split ?? "nothing"}.");

        var ids = model["vocab"]!.AsObject().Select(pair => (Text: pair.Key, Id: pair.Value!.GetValue<int>()))
            .Concat(json["added_tokens"]!.AsArray().Select(token =>
                (Text: token!["content"]!.GetValue<string>(), Id: token["id"]!.GetValue<int>())))
            .Distinct().OrderBy(token => token.Id).ToList();
        if (ids.Where((token, index) => token.Id != index).Any())
            throw new FormatException("its token ids have gaps or repeat.");

        var merges = model["merges"]!.AsArray().Select(merge => merge is JsonArray pair
            ? (pair[0]!.GetValue<string>(), pair[1]!.GetValue<string>())
            : merge!.GetValue<string>().Split(' ') is [var left, var right]
                ? (left, right)
                : throw new FormatException($"merge '{merge}' is no pair."));
        return new BpeVocabulary([.. ids.Select(token => token.Text)], [.. merges]);
    }

    private JsonObject TokenizerJson() => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. ControlTokens.Select((text, index) => AddedToken(text, EndOfTextId + index))]),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Split",
                    ["pattern"] = new JsonObject { ["Regex"] = PreTokenizer.Pattern },
                    ["behavior"] = "Isolated",
                    ["invert"] = false,
                },
                ByteLevel()),
        },
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(Tokens.SkipLast(ControlTokens.Length)
                .Select((text, id) => KeyValuePair.Create(text, (JsonNode?)id))),
            ["merges"] = new JsonArray([.. Merges.Select(merge => (JsonNode)$"{merge.Left} {merge.Right}")]),
        },
    };

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = false,
        ["use_regex"] = false,
    };

    private static JsonObject AddedToken(string text, int id) => new()
    {
        ["id"] = id,
        ["content"] = text,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject ConfigJson() => new()
    {
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["add_bos_token"] = false,
        ["clean_up_tokenization_spaces"] = false,
        ["bos_token"] = EndOfText,
        ["eos_token"] = TurnEnd,
        ["pad_token"] = EndOfText,
        ["chat_template"] = ChatTemplate,
    };
}
