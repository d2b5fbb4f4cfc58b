using System.Runtime.InteropServices;
using System.Text.Json;
using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>Where a run stands: with the recipe, the data and the three vectors, all that the next step depends on.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Seconds">Training time so far, without the time lost to a kill.</param>
/// <param name="Tokens">Tokens read so far, padding included.</param>
/// <param name="Task">Where the conversations of the tasks go on.</param>
/// <param name="Copy">Where the copy tasks go on.</param>
internal sealed record TrainingState(int Step, double Seconds, long Tokens, StreamPosition Task, StreamPosition Copy)
{
    public static TrainingState Start { get; } = new(0, 0, 0, default, default);
}

/// <summary>
/// The file <c>training.state</c>: the length of a JSON header in 8 bytes, the header (the state and the shape), then weights
/// and both moments of the optimizer as float32. It is replaced in one move, so a kill at any time leaves a whole one.
/// </summary>
internal static class Checkpoint
{
    private const string FileName = "training.state";

    private sealed record Header(TrainingState State, LlamaShape Model);

    public static bool Exists(string directory) => File.Exists(Path.Combine(directory, FileName));

    public static void Save(string directory, TrainingState state, LlamaModel model, AdamW optimizer)
    {
        var path = Path.Combine(directory, FileName);
        using (var file = File.Create(path + ".draft"))
        {
            var header = JsonSerializer.SerializeToUtf8Bytes(new Header(state, model.Shape));
            file.Write(BitConverter.GetBytes((long)header.Length));
            file.Write(header);
            foreach (var vector in Vectors(model, optimizer))
            {
                using var copy = vector.detach().cpu();
                file.Write(copy.bytes);
            }
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".draft", path, overwrite: true);
    }

    /// <exception cref="InvalidDataException">The checkpoint is of a model of another size.</exception>
    public static TrainingState Load(string directory, LlamaModel model, AdamW optimizer)
    {
        var path = Path.Combine(directory, FileName);
        using var file = File.OpenRead(path);
        Span<byte> length = stackalloc byte[8];
        file.ReadExactly(length);
        var bytes = new byte[MemoryMarshal.Read<long>(length)];
        file.ReadExactly(bytes);
        var header = JsonSerializer.Deserialize<Header>(bytes)!;
        if (header.Model != model.Shape)
        {
            throw new InvalidDataException($"{path} holds {header.Model}, not {model.Shape}: choose another --out.");
        }
        using var frozen = no_grad();
        foreach (var vector in Vectors(model, optimizer))
        {
            using var copy = zeros(vector.shape);
            file.ReadExactly(copy.bytes);
            vector.copy_(copy);
        }
        return header.State;
    }

    private static Tensor[] Vectors(LlamaModel model, AdamW optimizer) => [model.Weights, optimizer.Mean, optimizer.Square];
}
