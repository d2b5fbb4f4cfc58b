using System.Numerics.Tensors;
using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Gguf;
using CodeAct.SystemTests.Llama;

namespace CodeAct.SystemTests.Training;

public sealed class GreedyParityTests : IDisposable
{
    private const int Count = 48;

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-parity-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_trained_model_writes_the_same_tokens_in_TorchSharp_and_in_llama_cpp() =>
        Assert.InRange(await SameTokensAsync(
            Path.Combine(AppContext.BaseDirectory, "Data", "tiny-trained"),
            "<|im_start|>system\nSolve the task with Python.<|im_end|>\n<|im_start|>user\nWhat is 7 times 12?<|im_end|>\n"
                + "<|im_start|>assistant\n"), 8, Count);

    [Fact]
    public async Task A_model_of_random_weights_does_too()
    {
        TinyCheckpoint.Write(_directory);
        Assert.InRange(await SameTokensAsync(_directory, "Compare 12.5, 7 and 30, please."), 16, Count);
    }

    // How many different tokens were written; a few that repeat would prove nothing.
    private async Task<int> SameTokensAsync(string checkpoint, string text)
    {
        var path = Path.Combine(_directory, "tiny.gguf");
        GgufExport.Write(checkpoint, path, GgmlType.F32, Token);
        using var model = await LlamaModel.LoadAsync(path, new LlamaOptions(), progress: null, Token);
        var prompt = model.Tokenizer.Encode(text, parseSpecial: true);
        string[] ids = [.. prompt.Select(token => $"{token}")];
        var printed = await TrainProcess.RunAsync(
            ["greedy", "--checkpoint", checkpoint, "--tokens", $"{Count}", "--prompt-tokens", .. ids], Token);

        var expected = Greedy(model, prompt);
        Assert.Equal(expected, printed.Split(' ').Select(int.Parse));
        return expected.Distinct().Count();
    }

    private static int[] Greedy(LlamaModel model, int[] prompt)
    {
        using var context = model.CreateContext(new LlamaOptions { FullPrecision = true });
        context.Prompt(prompt, Token);
        var tokens = new int[Count];
        for (var i = 0; i < Count; i++)
        {
            tokens[i] = TensorPrimitives.IndexOfMax(context.Logits);
            context.Append(tokens[i], Token);
        }
        return tokens;
    }
}
