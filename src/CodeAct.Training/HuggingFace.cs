using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Tokenization;
using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>Our weights under Hugging Face's names: the joined matrices are cut into those of the Llama layout.</summary>
internal static class HuggingFace
{
    public static void Save(LlamaModel model, ModelProfile profile, BpeVocabulary vocabulary, string directory)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        using var weights = model.Weights.detach().cpu();
        var sources = Parts(model.Shape, model.Named(weights)).Select(part => new SafetensorsSource(
            part.Name, part.Weight.shape, () => part.Weight.contiguous().data<float>().ToArray()));
        HfCheckpoint.Write(
            directory, Config(model.Shape), profile, vocabulary, [.. sources], half: false, CancellationToken.None);
    }

    public static LlamaModel Load(HfCheckpoint checkpoint, Device device, Precision precision)
    {
        var model = new LlamaModel(Shape(checkpoint.Config), device, precision);
        Read(checkpoint, model);
        return model;
    }

    /// <summary>Gives a model the weights of a checkpoint of the same shape.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is of a model of another size.</exception>
    public static void Read(HfCheckpoint checkpoint, LlamaModel model)
    {
        var (theirs, ours) = (Shape(checkpoint.Config), model.Shape);
        if (theirs != ours)
        {
            throw new InvalidDataException($"The checkpoint holds {theirs}, not {ours}.");
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in Parts(ours, model.Named(model.Weights)))
        {
            weight.copy_(tensor(checkpoint.Weights.Read(name), weight.shape));
        }
    }

    private static LlamaShape Shape(LlamaConfig config) => new(config.VocabSize, config.HiddenSize, config.NumHiddenLayers,
        config.NumAttentionHeads, config.NumKeyValueHeads, config.IntermediateSize, config.MaxPositionEmbeddings)
    {
        RopeTheta = config.RopeTheta,
        NormEpsilon = config.RmsNormEps,
    };

    private static LlamaConfig Config(LlamaShape shape) => new()
    {
        VocabSize = (int)shape.Vocabulary,
        HiddenSize = (int)shape.Width,
        IntermediateSize = (int)shape.Inner,
        NumHiddenLayers = (int)shape.Layers,
        NumAttentionHeads = (int)shape.Heads,
        NumKeyValueHeads = (int)shape.KeyHeads,
        MaxPositionEmbeddings = (int)shape.Context,
        RmsNormEps = shape.NormEpsilon,
        RopeTheta = shape.RopeTheta,
    };

    // Views of our weights, so that the same list serves to write and to read.
    private static IEnumerable<(string Name, Tensor Weight)> Parts(LlamaShape shape, Dictionary<string, Tensor> weights)
    {
        yield return ("model.embed_tokens.weight", weights["embedding"]);
        var keyRows = shape.KeyHeads * shape.HeadWidth;
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var (qkv, gateUp, prefix) = (weights[$"{layer}.qkv"], weights[$"{layer}.gate_up"], $"model.layers.{layer}.");
            yield return (prefix + "input_layernorm.weight", weights[$"{layer}.attention_norm"]);
            yield return (prefix + "self_attn.q_proj.weight", qkv.narrow(0, 0, shape.Width));
            yield return (prefix + "self_attn.k_proj.weight", qkv.narrow(0, shape.Width, keyRows));
            yield return (prefix + "self_attn.v_proj.weight", qkv.narrow(0, shape.Width + keyRows, keyRows));
            yield return (prefix + "self_attn.o_proj.weight", weights[$"{layer}.out"]);
            yield return (prefix + "post_attention_layernorm.weight", weights[$"{layer}.feed_forward_norm"]);
            yield return (prefix + "mlp.gate_proj.weight", gateUp.narrow(0, 0, shape.Inner));
            yield return (prefix + "mlp.up_proj.weight", gateUp.narrow(0, shape.Inner, shape.Inner));
            yield return (prefix + "mlp.down_proj.weight", weights[$"{layer}.down"]);
        }
        yield return ("model.norm.weight", weights["norm"]);
    }
}
