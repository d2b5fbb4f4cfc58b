using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>
/// Llama: pre-norm blocks of causal attention with rotary positions and a gated feed-forward layer, tied embeddings, no biases.
/// All weights lie in one flat vector, so that their gradient, their optimizer state and their checkpoint are vectors too.
/// Products run in the recipe's precision; the residual stream, norms and the loss are float32.
/// </summary>
internal sealed class LlamaModel(LlamaShape shape, Device device, Precision precision)
{
    private readonly ScalarType _product = precision == Precision.BFloat16 ? bfloat16 : float32;
    private readonly long[] _sizes = [.. shape.Weights().Select(w => LlamaShape.Size(w.Shape))];
    private readonly (Tensor Cos, Tensor Sin) _rotations = Rotations(shape, device);
    private readonly Tensor _future = triu(full(shape.Context, shape.Context, double.NegativeInfinity, device: device), 1);

    public LlamaShape Shape => shape;

    public Device Device => device;

    public Tensor Weights { get; } = zeros(shape.WeightCount, device: device);

    /// <summary>The views of a flat vector (weights, gradient or optimizer state), by name.</summary>
    public Dictionary<string, Tensor> Named(Tensor flat) =>
        shape.Weights().Zip(flat.split(_sizes)).ToDictionary(w => w.First.Name, w => w.Second.view(w.First.Shape));

    /// <summary>Scores at the positions of a batch whose next token is learned, and only there: most tokens need none.</summary>
    public Tensor LabelLogits(Dictionary<string, Tensor> weights, Batch batch)
    {
        var tokens = tensor(batch.Tokens, [batch.Rows, batch.Columns], device: device);
        var positions = tensor(batch.Positions, device: device);
        return Logits(weights, Hidden(weights, tokens).view(-1, shape.Width).index_select(0, positions));
    }

    /// <summary>Last hidden states of a batch of token rows, [rows, columns, width], before the final norm.</summary>
    public Tensor Hidden(Dictionary<string, Tensor> weights, Tensor tokens)
    {
        var (rows, columns) = (tokens.shape[0], tokens.shape[1]);
        var x = weights["embedding"].index_select(0, tokens.view(-1)).view(rows, columns, shape.Width);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var qkv = Product(Norm(x, weights[$"{layer}.attention_norm"]), weights[$"{layer}.qkv"]);
            x = x + Product(Attention(qkv, rows, columns), weights[$"{layer}.out"]);

            var gateUp = Product(Norm(x, weights[$"{layer}.feed_forward_norm"]), weights[$"{layer}.gate_up"]);
            var gated = nn.functional.silu(gateUp.narrow(2, 0, shape.Inner)) * gateUp.narrow(2, shape.Inner, shape.Inner);
            x = x + Product(gated, weights[$"{layer}.down"]);
        }
        return x;
    }

    /// <summary>Scores of every token of the vocabulary after the given hidden states, [states, vocabulary].</summary>
    public Tensor Logits(Dictionary<string, Tensor> weights, Tensor hidden) =>
        Product(Norm(hidden, weights["norm"]), weights["embedding"]).to(float32);

    private Tensor Product(Tensor x, Tensor weight) => nn.functional.linear(x.to(_product), weight.to(_product));

    private Tensor Norm(Tensor x, Tensor weight) =>
        x * (x.square().mean([-1], keepdim: true) + shape.NormEpsilon).rsqrt() * weight;

    // No padding is masked: it stands to the right of every token that is learned.
    private Tensor Attention(Tensor qkv, long rows, long columns)
    {
        var turned = (shape.Heads + shape.KeyHeads) * shape.HeadWidth;
        var queriesAndKeys = Rotate(qkv.narrow(2, 0, turned).view(rows, columns, -1, shape.HeadWidth)).transpose(1, 2);
        var queries = queriesAndKeys.narrow(1, 0, shape.Heads);
        var keys = PerQuery(queriesAndKeys.narrow(1, shape.Heads, shape.KeyHeads));
        var values = PerQuery(qkv.narrow(2, turned, shape.KeyHeads * shape.HeadWidth)
            .view(rows, columns, shape.KeyHeads, shape.HeadWidth).transpose(1, 2));
        var attended = device.type == TorchSharp.DeviceType.CUDA
            ? nn.functional.scaled_dot_product_attention(queries, keys, values, is_casual: true)
            : Attend(queries, keys, values, columns);
        return attended.transpose(1, 2).reshape(rows, columns, shape.Width);
    }

    // On a CPU the fused kernel works in small float32 blocks: whole bfloat16 products train 1.4 times as fast (lab notes).
    private Tensor Attend(Tensor queries, Tensor keys, Tensor values, long columns)
    {
        var future = _future.narrow(0, 0, columns).narrow(1, 0, columns).to(queries.dtype);
        var scores = matmul(queries * (1 / Math.Sqrt(shape.HeadWidth)), keys.transpose(2, 3)) + future;
        return matmul(nn.functional.softmax(scores, -1), values);
    }

    // The Hugging Face layout: number i of a head turns with number i + half, not with its neighbour.
    private Tensor Rotate(Tensor x)
    {
        var half = shape.HeadWidth / 2;
        var (cos, sin) = (_rotations.Cos.narrow(0, 0, x.shape[1]), _rotations.Sin.narrow(0, 0, x.shape[1]));
        var (first, second) = (x.narrow(3, 0, half), x.narrow(3, half, half));
        return cat([first * cos - second * sin, second * cos + first * sin], 3).to(x.dtype);
    }

    private Tensor PerQuery(Tensor keys) =>
        shape.KeyHeads == shape.Heads ? keys : keys.repeat_interleave(shape.Heads / shape.KeyHeads, 1);

    private static (Tensor Cos, Tensor Sin) Rotations(LlamaShape shape, Device device)
    {
        using var scope = NewDisposeScope();
        var half = shape.HeadWidth / 2;
        var frequencies = pow(shape.RopeTheta, -arange(0, half, float64) / half);
        var angles = outer(arange(0, shape.Context, float64), frequencies).unsqueeze(1);
        var cos = angles.cos().to(float32).to(device);
        var sin = angles.sin().to(float32).to(device);
        return (cos.MoveToOuterDisposeScope(), sin.MoveToOuterDisposeScope());
    }
}
