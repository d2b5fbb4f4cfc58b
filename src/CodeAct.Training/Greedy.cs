using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>Writes on with the most likely token each time. It reads all anew for each: plain, to compare with.</summary>
internal static class Greedy
{
    public static IReadOnlyList<int> Continue(LlamaModel model, IReadOnlyList<int> prompt, int count)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var weights = model.Named(model.Weights);
        var text = prompt.Select(token => (long)token).ToList();
        while (text.Count < prompt.Count + count)
        {
            using var stepScope = NewDisposeScope();
            var hidden = model.Hidden(weights, tensor(text.ToArray(), [1, text.Count], device: model.Weights.device));
            text.Add(model.Logits(weights, hidden.select(1, text.Count - 1)).argmax(1).item<long>());
        }
        return [.. text.Skip(prompt.Count).Select(token => (int)token)];
    }
}
