using System.Numerics.Tensors;
using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Gguf;

namespace CodeAct.SystemTests.Training;

public sealed class GreedyParityTests : IDisposable
{
    private const int Count = 48;

    private static readonly string _checkpoint = Path.Combine(AppContext.BaseDirectory, "Data", "tiny-trained");

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-parity-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_same_prompt_gives_the_same_greedy_tokens_in_TorchSharp_and_in_llama_cpp()
    {
        var path = Path.Combine(_directory, "tiny.gguf");
        GgufExport.Write(_checkpoint, path, GgmlType.F32, Token);
        using var model = await LlamaModel.LoadAsync(path, new LlamaOptions(), progress: null, Token);
        var prompt = model.Tokenizer.Encode(
            "<|im_start|>user\nthe mean of 12, 7.5 and 30<|im_end|>\n<|im_start|>assistant\n", parseSpecial: true);

        var expected = Greedy(model, prompt);
        var printed = await TrainProcess.RunAsync(
            ["greedy", "--checkpoint", _checkpoint, "--tokens", $"{Count}", "--prompt-tokens", .. prompt.Select(token => $"{token}")], Token);

        Assert.True(expected.Distinct().Count() > 10, "The tokens must differ, or they prove nothing.");
        Assert.Equal(expected, printed.Split(' ').Select(int.Parse));
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
