using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>What the model runs on.</summary>
/// <param name="Device">A processor or a graphics card.</param>
/// <param name="Threads">Workers; one when a graphics card does the work.</param>
internal sealed record Compute(Device Device, int Threads);

/// <summary>
/// Gradients of several batches at once, one thread each. Within a thread a product uses one core: threads that share every
/// small operation wait for each other, the more so when other programs want the cores too.
/// </summary>
internal sealed class Workers(LlamaModel model, int count)
{
    // Each worker's own leaf of the graph: the same weights, another gradient.
    private readonly Tensor[] _leaves =
        [.. Enumerable.Range(0, count).Select(_ => model.Weights.detach().requires_grad_())];

    public int Count => count;

    /// <summary>
    /// Mean loss of the learned tokens of all batches, and its gradient, which is the callee's to clear. Batches go to workers
    /// in turn and sums are in order, so the same batches give the same numbers.
    /// </summary>
    public (double Loss, Tensor Gradient) Backward(IReadOnlyList<Batch> batches)
    {
        var labels = batches.Sum(batch => batch.Labels.Length);
        var losses = new double[batches.Count];
        Each(worker =>
        {
            for (var i = worker; i < batches.Count; i += count)
            {
                losses[i] = Backward(_leaves[worker], batches[i], labels);
            }
        });
        using var frozen = no_grad();
        var gradient = _leaves[0].grad!;
        foreach (var leaf in _leaves.Skip(1).Where(leaf => leaf.grad is not null))
        {
            gradient.add_(leaf.grad!);
            leaf.grad!.zero_();
        }
        return (losses.Sum(), gradient);
    }

    /// <summary>Runs something in every worker's thread, given the worker's number.</summary>
    public void Each(Action<int> body) =>
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = count }, worker =>
        {
            set_num_threads(1);
            using var scope = NewDisposeScope();
            body(worker);
        });

    private double Backward(Tensor leaf, Batch batch, int labels)
    {
        using var scope = NewDisposeScope();
        var logits = model.LabelLogits(model.Named(leaf), batch);
        var target = tensor(batch.Labels, device: model.Device);
        var loss = nn.functional.cross_entropy(logits, target, reduction: nn.Reduction.Sum) / labels;
        loss.backward();
        return loss.item<float>();
    }
}
