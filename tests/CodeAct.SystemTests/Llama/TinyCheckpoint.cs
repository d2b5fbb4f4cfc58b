using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Tokenization;

namespace CodeAct.SystemTests.Llama;

/// <summary>A Llama model of 95,000 random weights in the Hugging Face layout: real in everything but what it says.</summary>
internal static class TinyCheckpoint
{
    public static readonly LlamaConfig Config = new()
    {
        VocabSize = 512,
        HiddenSize = 64,
        IntermediateSize = 96,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        MaxPositionEmbeddings = 256,
        RopeTheta = 5000,
    };

    public static readonly ModelProfile Profile = new()
    {
        Name = "tiny",
        License = "mit",
        SystemPrompt = "You answer with Python.",
        ObservationRole = "observation",
    };

    /// <summary>Seven tokens fewer than the model has rows, as when a size is rounded up.</summary>
    public static readonly BpeVocabulary Vocabulary = BpeTrainer.Train(TokenizerTests.Texts(seed: 5).Take(200), 505);

    public static void Write(string directory, LlamaConfig? config = null)
    {
        Directory.CreateDirectory(directory);
        var shape = config ?? Config;
        HfCheckpoint.Write(
            directory, shape, Profile, Vocabulary, [.. Tensors(shape)], half: false, TestContext.Current.CancellationToken);
    }

    private static IEnumerable<SafetensorsSource> Tensors(LlamaConfig config)
    {
        var random = new Random(7);
        var (queries, keys) = (config.NumAttentionHeads * config.HeadDim, config.NumKeyValueHeads * config.HeadDim);
        yield return Matrix("model.embed_tokens", config.VocabSize, config.HiddenSize);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            var name = $"model.layers.{layer}.";
            yield return Norm(name + "input_layernorm");
            yield return Matrix(name + "self_attn.q_proj", queries, config.HiddenSize);
            yield return Matrix(name + "self_attn.k_proj", keys, config.HiddenSize);
            yield return Matrix(name + "self_attn.v_proj", keys, config.HiddenSize);
            yield return Matrix(name + "self_attn.o_proj", config.HiddenSize, queries);
            yield return Norm(name + "post_attention_layernorm");
            yield return Matrix(name + "mlp.gate_proj", config.IntermediateSize, config.HiddenSize);
            yield return Matrix(name + "mlp.up_proj", config.IntermediateSize, config.HiddenSize);
            yield return Matrix(name + "mlp.down_proj", config.HiddenSize, config.IntermediateSize);
        }

        yield return Norm("model.norm");
        if (!config.TieWordEmbeddings)
            yield return Matrix("lm_head", config.VocabSize, config.HiddenSize);

        SafetensorsSource Matrix(string name, int rows, int columns) =>
            Tensor(name, [rows, columns], 0, 2 / MathF.Sqrt(columns));

        SafetensorsSource Norm(string name) => Tensor(name, [config.HiddenSize], 1, 0.1f);

        SafetensorsSource Tensor(string name, long[] shape, float middle, float spread)
        {
            var numbers = new float[shape.Aggregate(1L, (product, length) => product * length)];
            for (var i = 0; i < numbers.Length; i++)
                numbers[i] = middle + (spread * ((2 * random.NextSingle()) - 1));

            return new SafetensorsSource(name + ".weight", shape, () => numbers);
        }
    }
}
