using System.Numerics.Tensors;
using CodeAct.Llama.Checkpoints;

namespace CodeAct.SystemTests.Llama;

/// <summary>
/// The forward pass of a Llama model as its paper and Hugging Face's layout define it, in single precision, token by token and
/// with no tricks: what every export is measured against.
/// </summary>
internal sealed class ReferenceLlama(HfCheckpoint checkpoint)
{
    private readonly LlamaConfig _config = checkpoint.Config;
    private readonly Dictionary<string, float[]> _weights =
        checkpoint.Weights.Names.ToDictionary(name => name, checkpoint.Weights.Read);
    private readonly List<float[][]> _cache = [];

    /// <summary>The scores for the token after this one.</summary>
    public float[] Next(int token)
    {
        var width = _config.HiddenSize;
        var stream = _weights["model.embed_tokens.weight"].AsSpan(token * width, width).ToArray();
        _cache.Add(new float[2 * _config.NumHiddenLayers][]);
        for (var layer = 0; layer < _config.NumHiddenLayers; layer++)
        {
            var name = $"model.layers.{layer}.";
            Add(stream, Attention(layer, name + "self_attn.", Norm(name + "input_layernorm", stream)));
            Add(stream, FeedForward(name + "mlp.", Norm(name + "post_attention_layernorm", stream)));
        }

        return Multiply(_config.TieWordEmbeddings ? "model.embed_tokens" : "lm_head", Norm("model.norm", stream));
    }

    /// <summary>The likeliest tokens one after another, after a prompt.</summary>
    public IEnumerable<int> Greedy(IEnumerable<int> prompt)
    {
        var scores = prompt.Select(Next).ToArray()[^1];
        while (true)
        {
            var token = TensorPrimitives.IndexOfMax(scores);
            yield return token;
            scores = Next(token);
        }
    }

    private float[] Attention(int layer, string name, float[] input)
    {
        var (heads, width) = (_config.NumAttentionHeads, _config.HeadDim);
        var group = heads / _config.NumKeyValueHeads;
        var queries = Rotate(Multiply(name + "q_proj", input));
        _cache[^1][2 * layer] = Rotate(Multiply(name + "k_proj", input));
        _cache[^1][(2 * layer) + 1] = Multiply(name + "v_proj", input);

        var output = new float[heads * width];
        for (var head = 0; head < heads; head++)
        {
            var query = queries.AsSpan(head * width, width);
            var scores = new float[_cache.Count];
            for (var position = 0; position < scores.Length; position++)
            {
                var key = _cache[position][2 * layer].AsSpan(head / group * width, width);
                scores[position] = TensorPrimitives.Dot(query, key) / MathF.Sqrt(width);
            }

            TensorPrimitives.SoftMax(scores, scores);
            for (var position = 0; position < scores.Length; position++)
            {
                var value = _cache[position][(2 * layer) + 1].AsSpan(head / group * width, width);
                for (var i = 0; i < width; i++)
                    output[(head * width) + i] += scores[position] * value[i];
            }
        }

        return Multiply(name + "o_proj", output);
    }

    private float[] FeedForward(string name, float[] input)
    {
        var gate = Multiply(name + "gate_proj", input);
        var up = Multiply(name + "up_proj", input);
        for (var i = 0; i < gate.Length; i++)
            gate[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];

        return Multiply(name + "down_proj", gate);
    }

    /// <summary>Turns the pairs (i, i + half) of every head by the position's angles.</summary>
    private float[] Rotate(float[] vectors)
    {
        var (width, half, position) = (_config.HeadDim, _config.HeadDim / 2, _cache.Count - 1);
        for (var head = 0; head < vectors.Length; head += width)
        {
            for (var i = 0; i < half; i++)
            {
                var (sin, cos) = Math.SinCos(position * Math.Pow(_config.RopeTheta, -2.0 * i / width));
                var (x, y) = (vectors[head + i], vectors[head + half + i]);
                vectors[head + i] = (float)((x * cos) - (y * sin));
                vectors[head + half + i] = (float)((x * sin) + (y * cos));
            }
        }

        return vectors;
    }

    private float[] Norm(string name, float[] input)
    {
        var scale = 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares(input) / input.Length) + (float)_config.RmsNormEps);
        return [.. input.Zip(_weights[name + ".weight"], (x, weight) => x * scale * weight)];
    }

    private float[] Multiply(string name, float[] input)
    {
        var matrix = _weights[name + ".weight"];
        var output = new float[matrix.Length / input.Length];
        for (var row = 0; row < output.Length; row++)
            output[row] = TensorPrimitives.Dot(matrix.AsSpan(row * input.Length, input.Length), input);

        return output;
    }

    private static void Add(float[] stream, float[] change) => TensorPrimitives.Add(stream, change, stream);
}
