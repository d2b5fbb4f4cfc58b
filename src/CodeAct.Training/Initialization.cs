using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>
/// The weights that a run starts from: drawn as in GPT-2, with deviation 0.02 and less on what adds to the residual stream, and
/// with the circuit by which a transformer copies already in place (an induction head, Olsson et al., 2022). Heads of the first
/// layer look one, two and three tokens back; a head of the second looks for a place after the token that is here now and
/// proposes what stands there. Left to itself a small model takes thousands of steps to find it (lab notes).
/// </summary>
internal static class Initialization
{
    private const double Deviation = 0.02;

    // Size of a token's numbers in the residual stream. Large against a step of the optimizer, or the first hundred steps would
    // wash the circuit away; the last norm starts as much smaller, so that predictions start as even as with a small one.
    private const double TokenSize = 0.1;

    public static void Draw(LlamaModel model, Generator generator)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var shape = model.Shape;
        var weights = model.Named(model.Weights);
        foreach (var (name, weight) in weights)
        {
            if (weight.dim() == 1)
            {
                weight.fill_(1);
                continue;
            }
            var residual = name.EndsWith(".out", StringComparison.Ordinal) || name.EndsWith(".down", StringComparison.Ordinal);
            var deviation = residual ? Deviation / Math.Sqrt(2 * shape.Layers) : Deviation;
            weight.copy_(randn(weight.shape, generator: generator) * deviation);
        }
        if (shape is { Layers: >= 2, Heads: >= 2, HeadWidth: >= 4 })
        {
            new CopyCircuit(shape, weights, generator).Build();
        }
    }

    /// <summary>
    /// The residual stream is divided by an orthonormal basis: one direction that all tokens share, some that are read as a
    /// token's content, some for what each head of the first layer brings. Scores and sizes below are for normed streams.
    /// </summary>
    private sealed class CopyCircuit
    {
        // By how much the score of the right place exceeds that of its neighbour, and that of another token's place.
        private const double BackMargin = 5, MatchMargin = 14;
        private const double FastFrequency = 0.1;
        private const int MostLookBacks = 3;

        private readonly LlamaShape _shape;
        private readonly Dictionary<string, Tensor> _weights;
        private readonly Tensor _basis;
        private readonly Tensor _frequencies;
        private readonly long _content;
        private readonly int _lookBacks;

        public CopyCircuit(LlamaShape shape, Dictionary<string, Tensor> weights, Generator generator)
        {
            (_shape, _weights) = (shape, weights);
            _basis = linalg.qr(randn(shape.Width, shape.Width, generator: generator)).Q.t();
            var half = shape.HeadWidth / 2;
            _frequencies = pow(shape.RopeTheta, -arange(0, half, float32) / half);
            _content = half / 2 * 2;
            _lookBacks = (int)Math.Min(Math.Min(MostLookBacks, shape.KeyHeads), (shape.Width - 1 - shape.HeadWidth) / _content);
        }

        public void Build()
        {
            // Tokens of one length, at right angles to what they share: the norm before the first layer is the same for all.
            var common = _basis.narrow(0, 0, 1) * Math.Sqrt(_shape.Width);
            var tokens = _weights["embedding"];
            tokens.sub_(tokens.matmul(common.t()).matmul(common) / _shape.Width);
            tokens.mul_(TokenSize * Math.Sqrt(_shape.Width) / tokens.norm(1, keepdim: true)).add_(common * TokenSize);
            _weights["norm"].fill_(Deviation / TokenSize);
            for (var offset = 1; offset <= _lookBacks; offset++)
            {
                LookBack(offset - 1, offset, common.squeeze(0));
            }
            Induce();
        }

        // Query and key are the same for every token, and the key is turned ahead by the offset: their product is largest where
        // that undoes the distance.
        private void LookBack(int head, int offset, Tensor common)
        {
            var fast = (_frequencies >= FastFrequency).to(float32);
            var margin = (fast * (1 - _frequencies.cos())).sum().item<float>();
            var size = fast * Math.Sqrt(BackMargin * Math.Sqrt(_shape.HeadWidth) / margin);
            var reader = common * (Math.Sqrt(2) / _shape.Width); // 1 for every token
            var angles = _frequencies * offset;
            Query(0, head).copy_(outer(cat([size, zeros_like(size)]), reader));
            Key(0, head).copy_(outer(cat([size * angles.cos(), size * angles.sin()]), reader));
            Value(0, head).zero_().index_copy_(0, Slow, Content);
            // As large in the residual stream as a token.
            var outSize = TokenSize * Math.Sqrt(2.0 * _shape.Width / _content);
            Out(0, head).zero_().index_copy_(1, Slow, Brought(head).t() * outSize);
        }

        // The query reads the token that is here, the key what the first head brought from the token before. A match must not
        // blur with distance, so it is made in the numbers that turn slowly.
        private void Induce()
        {
            var parts = 2.0 + _lookBacks;
            var score = MatchMargin * parts * Math.Sqrt(_shape.HeadWidth) / Math.Sqrt(_content * _shape.Width);
            Query(1, 0).zero_().index_copy_(0, Slow, Content * Math.Sqrt(score));
            Key(1, 0).zero_().index_copy_(0, Slow, Brought(0) * Math.Sqrt(score));
            var rest = _basis.narrow(0, 1 + _content * (1 + _lookBacks), _shape.HeadWidth - _content);
            var copied = cat([Content, rest]);
            Value(1, 0).copy_(copied);
            Out(1, 0).copy_(copied.t() * (TokenSize * Math.Sqrt(parts) * _shape.Width / _shape.HeadWidth));
        }

        // The rows of a head that turn slowly: the last half of each half.
        private Tensor Slow
        {
            get
            {
                var half = _shape.HeadWidth / 2;
                var first = arange(half - _content / 2, half);
                return cat([first, first + half]);
            }
        }

        private Tensor Content => _basis.narrow(0, 1, _content);

        private Tensor Brought(int head) => _basis.narrow(0, 1 + _content * (1 + head), _content);

        private Tensor Query(int layer, int keyHead) => Rows(layer, keyHead * (_shape.Heads / _shape.KeyHeads));

        private Tensor Key(int layer, int keyHead) => Rows(layer, _shape.Heads + keyHead);

        private Tensor Value(int layer, int keyHead) => Rows(layer, _shape.Heads + _shape.KeyHeads + keyHead);

        private Tensor Out(int layer, int keyHead) => _weights[$"{layer}.out"]
            .narrow(1, keyHead * (_shape.Heads / _shape.KeyHeads) * _shape.HeadWidth, _shape.HeadWidth);

        private Tensor Rows(int layer, long head) =>
            _weights[$"{layer}.qkv"].narrow(0, head * _shape.HeadWidth, _shape.HeadWidth);
    }
}
