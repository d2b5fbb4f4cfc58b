using System.Diagnostics;
using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>How fast a model of a given size trains here: whole steps on random tokens, a third of them learned.</summary>
internal static class Bench
{
    private const double LearnedShare = 1 / 3.0;

    /// <summary>Prints the fastest of some steps, for on a shared machine the others tell about the neighbours.</summary>
    public static void Run(Recipe recipe, int length, int steps, Compute compute, TextWriter report)
    {
        var shape = recipe.Model;
        var model = new LlamaModel(shape, compute.Device, recipe.Precision);
        Initialization.Draw(model, manual_seed(recipe.Seed));
        var optimizer = new AdamW(model, recipe);
        var workers = new Workers(model, compute.Threads);
        var random = new Random(recipe.Seed);
        Batch[] batches = [.. Enumerable.Range(0, recipe.MicroBatches)
            .Select(_ => RandomBatch(random, shape, recipe.BatchTokens / length, length))];
        var best = TimeSpan.MaxValue;
        for (var step = 1; step <= steps; step++)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            optimizer.Step(workers.Backward(batches).Gradient, step, recipe.LearningRate);
            var elapsed = Stopwatch.GetElapsedTime(start);
            best = elapsed < best ? elapsed : best;
        }
        var tokens = batches.Sum(batch => batch.Tokens.Length);
        var labels = batches.Sum(batch => batch.Labels.Length);
        var operations = tokens * shape.TrainingOperationsPerToken(length / 2.0) + 6.0 * labels * shape.Width * shape.Vocabulary;
        report.WriteLine($"width {shape.Width}, {shape.Layers} layers, {shape.WeightCount / 1e6:F2} M weights, "
            + $"{batches.Length} x {batches[0].Rows} x {length} tokens, {recipe.Precision}, {compute.Threads} workers: "
            + $"{best.TotalMilliseconds:F0} ms a step, {tokens / best.TotalSeconds:N0} tokens/s, "
            + $"{operations / best.TotalSeconds / 1e9:F0} GFLOP/s");
    }

    private static Batch RandomBatch(Random random, LlamaShape shape, int rows, int columns)
    {
        long[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(shape.Vocabulary))];
        var places = Enumerable.Range(0, rows * columns).Select(place => (long)place).ToArray();
        random.Shuffle(places);
        var learned = (int)(rows * columns * LearnedShare);
        return new Batch(rows, columns, Draw(rows * columns), places[..learned], Draw(learned), []);
    }
}
