using System.Numerics.Tensors;
using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Gguf;

namespace CodeAct.SystemTests.Llama;

public sealed class ExportTests : IDisposable
{
    private static readonly int[] _prompt = [.. Enumerable.Range(40, 50)];

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-export-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Greedy_tokens_in_llama_cpp_are_those_of_the_reference()
    {
        TinyCheckpoint.Write(_directory);
        using var checkpoint = HfCheckpoint.Open(_directory);
        var expected = new ReferenceLlama(checkpoint).Greedy(_prompt).Take(60).ToArray();
        Assert.True(expected.Distinct().Count() > 10, "The reference's tokens must differ, or they prove nothing.");

        Assert.Equal(expected, await GreedyAsync(GgmlType.F32, count: 60));
    }

    [Fact]
    public async Task Untied_embeddings_and_unequal_head_widths_are_exported_too()
    {
        var config = TinyCheckpoint.Config with { TieWordEmbeddings = false, HeadDim = 32, NumKeyValueHeads = 4 };
        TinyCheckpoint.Write(_directory, config);
        using var checkpoint = HfCheckpoint.Open(_directory);
        Assert.Equal(new ReferenceLlama(checkpoint).Greedy(_prompt).Take(40), await GreedyAsync(GgmlType.F32, count: 40));
    }

    [Theory]
    [InlineData(GgmlType.F32, 0.9999999)]
    [InlineData(GgmlType.F16, 0.99999)]
    [InlineData(GgmlType.Q8, 0.998)]
    public async Task Scores_of_an_export_are_close_to_the_reference(GgmlType type, double similarity)
    {
        TinyCheckpoint.Write(_directory);
        using var checkpoint = HfCheckpoint.Open(_directory);
        var reference = new ReferenceLlama(checkpoint);
        var expected = _prompt.Select(reference.Next).ToArray()[^1];

        using var model = await ExportAsync(type);
        using var context = model.CreateContext(new LlamaOptions { FullPrecision = true });
        context.Prompt(_prompt, TestContext.Current.CancellationToken);

        Assert.InRange(TensorPrimitives.CosineSimilarity(expected, context.Logits), similarity, 1.0001);
    }

    [Fact]
    public async Task Metadata_of_the_file_says_what_the_checkpoint_said()
    {
        TinyCheckpoint.Write(_directory);
        using var model = await ExportAsync(GgmlType.Q8);
        var file = model.File;

        Assert.Equal("llama", file.Architecture);
        Assert.Equal("tiny", file.Metadata.Text("general.name"));
        Assert.Equal("mit", file.Metadata.Text("general.license"));
        Assert.Equal("Q8_0", file.Quantization);
        Assert.Equal(256, file.ContextTokens);
        Assert.Equal("You answer with Python.", file.Metadata.Text("codeact.system_prompt"));
        Assert.Equal("observation", file.Metadata.Text("codeact.observation_role"));
        Assert.Equal(512, model.Tokenizer.VocabularySize);
    }

    [Fact]
    public async Task The_same_checkpoint_gives_the_same_bytes()
    {
        TinyCheckpoint.Write(_directory);
        var first = Path.Combine(_directory, "a.gguf");
        var second = Path.Combine(_directory, "b.gguf");
        GgufExport.Write(_directory, first, GgmlType.Q8, TestContext.Current.CancellationToken);
        GgufExport.Write(_directory, second, GgmlType.Q8, TestContext.Current.CancellationToken);
        Assert.Equal(
            await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(second, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_cancelled_export_leaves_no_file()
    {
        TinyCheckpoint.Write(_directory);
        var path = Path.Combine(_directory, "out", "tiny.gguf");
        Assert.Throws<OperationCanceledException>(
            () => GgufExport.Write(_directory, path, GgmlType.F16, new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    private async Task<LlamaModel> ExportAsync(GgmlType type)
    {
        var path = Path.Combine(_directory, "tiny.gguf");
        GgufExport.Write(_directory, path, type, TestContext.Current.CancellationToken);
        return await LlamaModel.LoadAsync(path, new LlamaOptions(), progress: null, TestContext.Current.CancellationToken);
    }

    private async Task<int[]> GreedyAsync(GgmlType type, int count)
    {
        using var model = await ExportAsync(type);
        using var context = model.CreateContext(new LlamaOptions { FullPrecision = true });
        context.Prompt(_prompt, TestContext.Current.CancellationToken);
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = TensorPrimitives.IndexOfMax(context.Logits);
            context.Append(tokens[i], TestContext.Current.CancellationToken);
        }

        return tokens;
    }
}
