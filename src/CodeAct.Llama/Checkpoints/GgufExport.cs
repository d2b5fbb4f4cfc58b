using CodeAct.Llama.Gguf;
using CodeAct.Llama.Tokenization;

namespace CodeAct.Llama.Checkpoints;

/// <summary>Turns a checkpoint in the Hugging Face layout into a GGUF file of the <c>llama</c> architecture.</summary>
public static class GgufExport
{
    /// <summary>Version of the quantized formats, <c>GGML_QNT_VERSION</c>.</summary>
    private const uint QuantizationVersion = 2;

    private const string LicenseWhenUnknown = "other";

    /// <summary>Writes <c>NAME-TYPE.gguf</c> into a folder, named for the model and the type, and returns its path.</summary>
    /// <inheritdoc cref="Write"/>
    public static string WriteInto(
        string directory, string checkpointDirectory, GgmlType type, CancellationToken cancellationToken)
    {
        string name;
        using (var checkpoint = HfCheckpoint.Open(checkpointDirectory))
            name = Name(checkpoint);

        var path = Path.Combine(directory, $"{name}-{(type == GgmlType.Q8 ? "Q8_0" : type)}.gguf");
        Write(checkpointDirectory, path, type, cancellationToken);
        return path;
    }

    /// <summary>Writes the file; norms stay F32, and rows that are no whole blocks of a quantized type become F16.</summary>
    /// <param name="checkpointDirectory">Folder with the checkpoint.</param>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="type">F32, F16 or Q8.</param>
    /// <param name="cancellationToken">Stops within a row; no file is left.</param>
    /// <exception cref="ModelFileException">The checkpoint is incomplete, damaged or of an unknown kind.</exception>
    public static void Write(string checkpointDirectory, string path, GgmlType type, CancellationToken cancellationToken)
    {
        if (type is not (GgmlType.F32 or GgmlType.F16 or GgmlType.Q8))
            throw new ArgumentOutOfRangeException(nameof(type), type, "A model is written as F32, F16 or Q8_0.");

        using var checkpoint = HfCheckpoint.Open(checkpointDirectory);
        GgufWriter.Write(path, Metadata(checkpoint, type), [.. Tensors(checkpoint, type)], cancellationToken);
    }

    private static string Name(HfCheckpoint checkpoint) =>
        checkpoint.Profile.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint.Directory)));

    private static GgufMetadata Metadata(HfCheckpoint checkpoint, GgmlType type)
    {
        var (config, profile) = (checkpoint.Config, checkpoint.Profile);
        var metadata = new GgufMetadata();
        metadata.Set(GgufKeys.Architecture, "llama");
        metadata.Set(GgufKeys.Name, Name(checkpoint));
        metadata.Set(GgufKeys.License, profile.License ?? LicenseWhenUnknown);
        metadata.Set(GgufKeys.FileType, type switch { GgmlType.F32 => 0u, GgmlType.F16 => 1u, _ => 7u });
        metadata.Set("general.quantization_version", QuantizationVersion);
        metadata.Set("llama.context_length", (uint)config.MaxPositionEmbeddings);
        metadata.Set("llama.embedding_length", (uint)config.HiddenSize);
        metadata.Set("llama.block_count", (uint)config.NumHiddenLayers);
        metadata.Set("llama.feed_forward_length", (uint)config.IntermediateSize);
        metadata.Set("llama.attention.head_count", (uint)config.NumAttentionHeads);
        metadata.Set("llama.attention.head_count_kv", (uint)config.NumKeyValueHeads);
        metadata.Set("llama.attention.key_length", (uint)config.HeadDim);
        metadata.Set("llama.attention.value_length", (uint)config.HeadDim);
        metadata.Set("llama.attention.layer_norm_rms_epsilon", (float)config.RmsNormEps);
        metadata.Set("llama.rope.dimension_count", (uint)config.HeadDim);
        metadata.Set("llama.rope.freq_base", (float)config.RopeTheta);
        metadata.Set("llama.vocab_size", (uint)config.VocabSize);
        TokenizerGguf.Describe(metadata, checkpoint.Vocabulary, config.VocabSize);
        if (profile.SystemPrompt is { } prompt)
            metadata.Set(GgufKeys.SystemPrompt, prompt);

        if (profile.ObservationRole is { } role)
            metadata.Set(GgufKeys.ObservationRole, role);

        return metadata;
    }

    private static IEnumerable<GgufTensorSource> Tensors(HfCheckpoint checkpoint, GgmlType type)
    {
        var config = checkpoint.Config;
        var (width, inner) = (config.HiddenSize, config.IntermediateSize);
        var (queries, keys) = (config.NumAttentionHeads * config.HeadDim, config.NumKeyValueHeads * config.HeadDim);
        yield return Matrix("model.embed_tokens.weight", "token_embd.weight", config.VocabSize, width);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            var (from, to) = ($"model.layers.{layer}.", $"blk.{layer}.");
            yield return Norm(from + "input_layernorm.weight", to + "attn_norm.weight");
            yield return Rotated(from + "self_attn.q_proj.weight", to + "attn_q.weight", queries);
            yield return Rotated(from + "self_attn.k_proj.weight", to + "attn_k.weight", keys);
            yield return Matrix(from + "self_attn.v_proj.weight", to + "attn_v.weight", keys, width);
            yield return Matrix(from + "self_attn.o_proj.weight", to + "attn_output.weight", width, queries);
            yield return Norm(from + "post_attention_layernorm.weight", to + "ffn_norm.weight");
            yield return Matrix(from + "mlp.gate_proj.weight", to + "ffn_gate.weight", inner, width);
            yield return Matrix(from + "mlp.up_proj.weight", to + "ffn_up.weight", inner, width);
            yield return Matrix(from + "mlp.down_proj.weight", to + "ffn_down.weight", width, inner);
        }

        yield return Norm("model.norm.weight", "output_norm.weight");
        if (!config.TieWordEmbeddings)
            yield return Matrix("lm_head.weight", "output.weight", config.VocabSize, width);

        GgufTensorSource Norm(string from, string to) => Tensor(from, to, [width], GgmlType.F32, row => row);

        GgufTensorSource Matrix(string from, string to, int rows, int columns) =>
            Tensor(from, to, [rows, columns], type, row => row);

        GgufTensorSource Rotated(string from, string to, int rows) =>
            Tensor(from, to, [rows, width], type, row => RotatedRow(row, config.HeadDim));

        GgufTensorSource Tensor(string from, string to, long[] shape, GgmlType stored, Func<long, long> sourceRow)
        {
            var actual = checkpoint.Weights.Shape(from);
            if (!actual.SequenceEqual(shape))
            {
                throw new ModelFileException(
                    checkpoint.Weights.Path,
                    $"{from} is [{string.Join(", ", actual)}], config.json asks for [{string.Join(", ", shape)}].");
            }

            var fits = stored != GgmlType.Q8 || shape[^1] % Q8.BlockNumbers == 0;
            return new GgufTensorSource(
                to, [.. shape.Reverse()], fits ? stored : GgmlType.F16, () => Rows(checkpoint.Weights, from, shape, sourceRow));
        }
    }

    private static IEnumerable<ReadOnlyMemory<float>> Rows(
        Safetensors weights, string name, long[] shape, Func<long, long> sourceRow)
    {
        var row = new float[shape[^1]];
        for (var index = 0L; index < (shape.Length == 1 ? 1 : shape[0]); index++)
        {
            weights.ReadNumbers(name, sourceRow(index) * row.Length, row);
            yield return row;
        }
    }

    /// <summary>
    /// Where a row of a query or key matrix stands in Hugging Face's order: llama.cpp rotates neighbouring rows 2i and 2i+1 of
    /// a head together, Hugging Face rows i and i + half.
    /// </summary>
    private static long RotatedRow(long row, int headWidth)
    {
        var (head, inHead) = Math.DivRem(row, headWidth);
        return (head * headWidth) + (inHead / 2) + (inHead % 2 * (headWidth / 2));
    }
}
