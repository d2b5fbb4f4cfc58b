namespace CodeAct.Training;

/// <summary>The size of a Llama-architecture model; everything else about it follows.</summary>
/// <param name="Vocabulary">Number of tokens; input and output embeddings are one matrix.</param>
/// <param name="Width">Numbers per token between the layers.</param>
/// <param name="Layers">Attention and feed-forward pairs.</param>
/// <param name="Heads">Query heads; their width is <paramref name="Width"/> / <paramref name="Heads"/>.</param>
/// <param name="KeyHeads">Key and value heads, each shared by a group of query heads.</param>
/// <param name="Inner">Width of the gated feed-forward layer.</param>
/// <param name="Context">Longest sequence in tokens.</param>
internal sealed record LlamaShape(long Vocabulary, long Width, long Layers, long Heads, long KeyHeads, long Inner, long Context)
{
    public double RopeTheta { get; init; } = 10_000;

    public double NormEpsilon { get; init; } = 1e-5;

    public long HeadWidth => Width / Heads;

    /// <summary>Every weight in the order of the flat vector that holds them all: first the matrices, then the norms.</summary>
    public IEnumerable<(string Name, long[] Shape)> Weights()
    {
        yield return ("embedding", [Vocabulary, Width]);
        for (var layer = 0; layer < Layers; layer++)
        {
            yield return ($"{layer}.qkv", [(Heads + 2 * KeyHeads) * HeadWidth, Width]);
            yield return ($"{layer}.out", [Width, Width]);
            yield return ($"{layer}.gate_up", [2 * Inner, Width]);
            yield return ($"{layer}.down", [Width, Inner]);
        }
        for (var layer = 0; layer < Layers; layer++)
        {
            yield return ($"{layer}.attention_norm", [Width]);
            yield return ($"{layer}.feed_forward_norm", [Width]);
        }
        yield return ("norm", [Width]);
    }

    public long WeightCount => Weights().Sum(w => Size(w.Shape));

    public long MatrixWeightCount => Weights().Where(w => w.Shape.Length == 2).Sum(w => Size(w.Shape));

    /// <summary>Operations to train on a token: 6 per weight of a product, and attention to the tokens before it.</summary>
    public double TrainingOperationsPerToken(double sequenceLength) =>
        6.0 * (MatrixWeightCount - Vocabulary * Width) + 6.0 * Layers * Width * sequenceLength;

    internal static long Size(long[] shape) => shape.Aggregate(1L, (product, extent) => product * extent);
}
