using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Gguf;
using CodeAct.Llama.Tokenization;

namespace CodeAct.SystemTests.Llama;

/// <summary>Whatever is in a file, it gives a model or a <see cref="ModelFileException"/> and never ends the process.</summary>
public sealed class ModelFileTests(TinyModel tiny) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-bad-model-").FullName;

    private string Bad => Path.Combine(_directory, "bad.gguf");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_missing_file_is_named_with_what_to_do()
    {
        var error = await Assert.ThrowsAsync<ModelFileException>(LoadAsync);
        Assert.Equal(Bad, error.Path);
        Assert.Equal($"{Bad}: there is no such file; `codeact models` lists what is there.", error.Message);
    }

    [Theory]
    [InlineData("", "no GGUF")]
    [InlineData("GGUF", "no GGUF")]
    [InlineData("<html>not found, but long enough to be a header</html>", "no GGUF")]
    public async Task A_file_that_is_no_model_is_refused(string content, string problem)
    {
        await File.WriteAllTextAsync(Bad, content, Cancelled);
        Assert.Contains(problem, (await Assert.ThrowsAsync<ModelFileException>(LoadAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_cut_short_anywhere_is_refused()
    {
        var bytes = await File.ReadAllBytesAsync(tiny.File, Cancelled);
        foreach (var length in Enumerable.Range(0, 40).Select(i => (int)((long)bytes.Length * i / 40)).Append(bytes.Length - 1))
        {
            await File.WriteAllBytesAsync(Bad, bytes[..length], Cancelled);
            var error = await Assert.ThrowsAsync<ModelFileException>(LoadAsync);
            Assert.Matches("cut short|no GGUF|no room", error.Message);
        }
    }

    [Fact]
    public async Task A_damaged_header_gives_a_model_or_a_clear_error()
    {
        var bytes = await File.ReadAllBytesAsync(tiny.File, Cancelled);
        var header = bytes.Length - (int)GgufFile.Read(tiny.File).Tensors.Sum(tensor => tensor.Bytes);
        var random = new Random(3);
        var refused = 0;
        for (var i = 0; i < 200; i++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(4) == 0 ? random.Next(64) : random.Next(header)] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(Bad, damaged, Cancelled);
            try
            {
                (await LlamaModel.LoadAsync(Bad, new LlamaOptions(), progress: null, Cancelled)).Dispose();
            }
            catch (ModelFileException e)
            {
                Assert.StartsWith(Bad, e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.InRange(refused, 20, 180);
    }

    [Theory]
    [InlineData("llama.block_count", 0u, "not positive")]
    [InlineData("llama.attention.head_count", 0u, "not positive")]
    [InlineData("llama.block_count", 600u, "larger than its 20 tensors")]
    [InlineData("llama.block_count", 3u, "llama.cpp cannot load it")]
    [InlineData("llama.embedding_length", 32u, "llama.cpp cannot load it")]
    [InlineData("general.architecture", "llama9", "missing")]
    [InlineData("tokenizer.ggml.model", "none of these", "llama.cpp cannot load it")]
    [InlineData("tokenizer.chat_template", "{{ messages }}", "no built-in chat template")]
    [InlineData("tokenizer.ggml.tokens", null, "token twice")]
    public async Task A_model_that_cannot_be_is_refused(string key, object? value, string problem)
    {
        var file = GgufFile.Read(tiny.File);
        file.Metadata.Set(key, value ?? Enumerable.Repeat("same", 512).ToArray());
        GgufWriter.Write(Bad, file.Metadata, [.. file.Tensors.Select(Zeros)], Cancelled);
        Assert.Contains(problem, (await Assert.ThrowsAsync<ModelFileException>(LoadAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vocabulary_without_weights_is_no_model()
    {
        TokenizerGguf.Write(Bad, TinyCheckpoint.Vocabulary);
        var error = await Assert.ThrowsAsync<ModelFileException>(LoadAsync);
        Assert.Contains("only a vocabulary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loading_tells_how_far_it_is()
    {
        var progress = new Progress();
        using var model = await LlamaModel.LoadAsync(tiny.File, new LlamaOptions(), progress, Cancelled);

        Assert.Equal(progress.Parts.Order(), progress.Parts);
        Assert.Equal(1, progress.Parts[^1]);
    }

    [Fact]
    public async Task Loading_can_be_cancelled_on_the_way()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Progress { OnReport = cancellation.Cancel };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => LlamaModel.LoadAsync(tiny.File, new LlamaOptions(), progress, cancellation.Token));
        Assert.True(progress.Parts.Count < 3);
    }

    [Fact]
    public void A_checkpoint_with_another_shape_than_its_config_is_refused()
    {
        TinyCheckpoint.Write(_directory);
        var config = Path.Combine(_directory, "config.json");
        var text = File.ReadAllText(config);
        File.WriteAllText(config, text.Replace("\"hidden_size\": 64", "\"hidden_size\": 128", StringComparison.Ordinal));
        var error = Assert.Throws<ModelFileException>(() => GgufExport.Write(_directory, Bad, GgmlType.F16, Cancelled));

        Assert.Contains("config.json asks for [512, 128]", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Bad));
    }

    private async Task LoadAsync() => (await LlamaModels.LoadAsync(Bad, new LlamaOptions(), progress: null, Cancelled)).Dispose();

    private static GgufTensorSource Zeros(GgufTensor tensor) => new(
        tensor.Name, tensor.Dimensions, (GgmlType)tensor.Type, () => Enumerable.Repeat<ReadOnlyMemory<float>>(
            new float[tensor.Dimensions[0]], (int)(tensor.Dimensions.Count > 1 ? tensor.Dimensions[1] : 1)));

    private sealed class Progress : IProgress<double>
    {
        public List<double> Parts { get; } = [];

        public Action? OnReport { get; init; }

        public void Report(double value)
        {
            Parts.Add(value);
            OnReport?.Invoke();
        }
    }
}
