using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CodeAct.Llama.Tokenization;

namespace CodeAct.Llama.Checkpoints;

/// <summary>
/// A Llama model in the Hugging Face layout: <c>config.json</c>, <c>model.safetensors</c>, <c>tokenizer.json</c>,
/// <c>tokenizer_config.json</c>, <c>generation_config.json</c>, and our <c>codeact.json</c>.
/// </summary>
public sealed class HfCheckpoint : IDisposable
{
    private const string ConfigFile = "config.json";
    private const string WeightsFile = "model.safetensors";
    private const string ProfileFile = "codeact.json";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private HfCheckpoint(
        string directory, LlamaConfig config, ModelProfile profile, BpeVocabulary vocabulary, Safetensors weights)
    {
        Directory = directory;
        Config = config;
        Profile = profile;
        Vocabulary = vocabulary;
        Weights = weights;
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>The model's shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>What an agent must know; empty when the folder has no <c>codeact.json</c>.</summary>
    public ModelProfile Profile { get; }

    /// <summary>The tokens.</summary>
    public BpeVocabulary Vocabulary { get; }

    /// <summary>The tensors, under Hugging Face's names (<c>model.layers.0.self_attn.q_proj.weight</c>).</summary>
    public Safetensors Weights { get; }

    /// <summary>Opens a folder; the weights stay on disk until they are read.</summary>
    /// <exception cref="ModelFileException">A file is missing or damaged, or the model is of an unknown kind.</exception>
    public static HfCheckpoint Open(string directory)
    {
        var config = ReadJson<LlamaConfig>(Path.Combine(directory, ConfigFile));
        if (config.Problem is { } problem)
            throw new ModelFileException(Path.Combine(directory, ConfigFile), $"the model cannot be used: {problem}.");

        var profile = Path.Combine(directory, ProfileFile);
        var vocabulary = BpeVocabulary.Load(directory);
        if (vocabulary.Tokens.Count > config.VocabSize)
        {
            throw new ModelFileException(
                directory, $"the tokenizer has {vocabulary.Tokens.Count} tokens, the model only {config.VocabSize}.");
        }

        return new HfCheckpoint(
            directory,
            config,
            File.Exists(profile) ? ReadJson<ModelProfile>(profile) : new ModelProfile(),
            vocabulary,
            Safetensors.Open(Path.Combine(directory, WeightsFile)));
    }

    /// <summary>Writes a folder.</summary>
    /// <param name="directory">Made when missing; files of these names are replaced.</param>
    /// <param name="config">The shape; token ids are filled in from the vocabulary.</param>
    /// <param name="profile">What an agent must know.</param>
    /// <param name="vocabulary">The tokens, at most as many as the shape says.</param>
    /// <param name="weights">All tensors, under Hugging Face's names.</param>
    /// <param name="half">Whether to store half precision.</param>
    /// <param name="cancellationToken">Stops between tensors.</param>
    public static void Write(
        string directory,
        LlamaConfig config,
        ModelProfile profile,
        BpeVocabulary vocabulary,
        IReadOnlyList<SafetensorsSource> weights,
        bool half,
        CancellationToken cancellationToken)
    {
        if (config.Problem is { } problem)
            throw new ArgumentException($"The model cannot be written: {problem}.", nameof(config));

        vocabulary.Save(directory);
        var complete = config with
        {
            BosTokenId = vocabulary.EndOfTextId,
            EosTokenId = vocabulary.TurnEndId,
            PadTokenId = vocabulary.EndOfTextId,
        };
        WriteJson(directory, ConfigFile, complete);
        WriteJson(directory, ProfileFile, profile);
        WriteJson(directory, "generation_config.json", new
        {
            complete.BosTokenId,
            EosTokenId = new[] { vocabulary.TurnEndId, vocabulary.EndOfTextId },
            complete.PadTokenId,
            DoSample = false,
        });
        Safetensors.Write(Path.Combine(directory, WeightsFile), weights, half, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static T ReadJson<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), _json) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"it cannot be read: {e.Message}", e);
        }
    }

    private static void WriteJson<T>(string directory, string name, T value) =>
        File.WriteAllText(Path.Combine(directory, name), JsonSerializer.Serialize(value, _json) + "\n");
}
