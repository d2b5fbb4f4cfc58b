using System.Text.Json.Serialization;

namespace CodeAct.Llama.Checkpoints;

/// <summary>The shape of a Llama model: the fields of <c>config.json</c> that matter.</summary>
public sealed record LlamaConfig
{
    /// <summary>The only architecture that is read.</summary>
    public const string Architecture = "LlamaForCausalLM";

    /// <summary>Holds <see cref="Architecture"/>.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [Architecture];

    /// <summary>For libraries that choose by it.</summary>
    public string ModelType { get; init; } = "llama";

    /// <summary>The feed-forward layers' activation; only SiLU is known.</summary>
    public string HiddenAct { get; init; } = "silu";

    /// <summary>Tokens in the vocabulary: rows of the embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layers.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of layers.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Query heads of a layer.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Key and value heads of a layer; divides the query heads.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Width of a head; default is the hidden size shared out to the query heads.</summary>
    public int HeadDim { get => field > 0 ? field : HiddenSize / NumAttentionHeads; init; }

    /// <summary>Tokens of context that the model was trained for.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Added to the mean square in RMS norms.</summary>
    public double RmsNormEps { get; init; } = 1e-5;

    /// <summary>Base of the rotary angles.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>A changed scale of the rotary angles; not known here, so it must be null.</summary>
    public object? RopeScaling { get; init; }

    /// <summary>Whether the output layer is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Token that begins a text.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Token that ends a turn.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>Token that pads a batch.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>What stands in the way of using this shape; null when nothing does.</summary>
    [JsonIgnore]
    internal string? Problem => this switch
    {
        { Architectures: not [Architecture] } => $"its architecture is {string.Join(", ", Architectures)}, not {Architecture}",
        { HiddenAct: not "silu" } => $"its activation is {HiddenAct}, not silu",
        { RopeScaling: not null } => "it scales its rotary angles (rope_scaling)",
        { VocabSize: < 1 } or { HiddenSize: < 1 } or { IntermediateSize: < 1 } or { NumHiddenLayers: < 1 }
            or { NumAttentionHeads: < 1 } or { NumKeyValueHeads: < 1 }
            or { MaxPositionEmbeddings: < 1 } => "a size is not positive",
        _ when NumAttentionHeads % NumKeyValueHeads != 0 => "its key-value heads do not divide its heads",
        _ when HeadDim % 2 != 0 => "its head width is odd",
        _ => null,
    };
}
