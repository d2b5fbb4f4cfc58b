using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>How well held-out conversations are predicted when each token is given the true ones before it.</summary>
/// <param name="Loss">Mean cross-entropy per learned token, in nats.</param>
/// <param name="Accuracy">Part of the learned tokens that are the most likely one.</param>
/// <param name="Exact">Number of conversations in which all of them are, and of all, by family.</param>
internal sealed record Evaluation(double Loss, double Accuracy, IReadOnlyDictionary<int, (int Exact, int Of)> Exact)
{
    public double ExactShare => Exact.Values.Sum(family => family.Exact) / (double)Exact.Values.Sum(family => family.Of);

    /// <summary>Reads whole batches, the same ones each time, until the recipe's number of tokens is reached.</summary>
    public static Evaluation Of(LlamaModel model, TokenShard shard, Recipe recipe, Workers workers)
    {
        var read = 0L;
        int[][] batches = [.. BatchStream.Cut(shard, recipe.BatchTokens, new Random(0))
            .TakeWhile(rows => (read += rows.Sum(shard.Length)) - rows.Sum(shard.Length) < recipe.EvaluationTokens)];
        var results = new (double Loss, bool[] Hits, Batch Batch)[batches.Length];
        workers.Each(worker =>
        {
            using var frozen = no_grad();
            var weights = model.Named(model.Weights);
            for (var i = worker; i < batches.Length; i += workers.Count)
            {
                results[i] = Read(model, weights, Batch.Of(shard, batches[i]));
            }
        });
        var hits = results.SelectMany(result => result.Hits).ToArray();
        var conversations = results.SelectMany(result => Exactness(shard, result.Hits, result.Batch));
        return new Evaluation(
            results.Sum(result => result.Loss) / hits.Length,
            hits.Count(hit => hit) / (double)hits.Length,
            conversations.GroupBy(c => c.Family).ToDictionary(f => f.Key, f => (f.Count(c => c.Exact), f.Count())));
    }

    private static (double Loss, bool[] Hits, Batch Batch) Read(LlamaModel model, Dictionary<string, Tensor> weights, Batch batch)
    {
        using var scope = NewDisposeScope();
        var logits = model.LabelLogits(weights, batch);
        var labels = tensor(batch.Labels, device: model.Device);
        var loss = nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum).item<float>();
        return (loss, logits.argmax(1).eq(labels).cpu().data<bool>().ToArray(), batch);
    }

    private static IEnumerable<(int Family, bool Exact)> Exactness(TokenShard shard, bool[] hits, Batch batch) =>
        hits.Zip(batch.Positions)
            .GroupBy(hit => (int)(hit.Second / batch.Columns), hit => hit.First)
            .Select(row => (shard.Family(batch.Conversations[row.Key]), row.All(hit => hit)));
}
