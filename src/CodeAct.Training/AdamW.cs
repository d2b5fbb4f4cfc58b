using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter, 2019) on one flat vector of weights; only the matrices, which stand first in it, decay.
/// </summary>
internal sealed class AdamW(LlamaModel model, Recipe recipe)
{
    private const double Epsilon = 1e-8;

    private readonly long _decayed = model.Shape.MatrixWeightCount;

    /// <summary>Running mean of the gradient.</summary>
    public Tensor Mean { get; } = zeros_like(model.Weights);

    /// <summary>Running mean of its square.</summary>
    public Tensor Square { get; } = zeros_like(model.Weights);

    /// <summary>Applies the gradient once and clears it; gives its length before clipping.</summary>
    /// <param name="gradient">As long as the weights.</param>
    /// <param name="step">Number of this step, from 1.</param>
    /// <param name="learningRate">Of this step.</param>
    public double Step(Tensor gradient, int step, double learningRate)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var length = gradient.norm().item<float>();
        if (length > recipe.Clip)
        {
            gradient.mul_(recipe.Clip / length);
        }
        Mean.mul_(recipe.Beta1).add_(gradient, 1 - recipe.Beta1);
        Square.mul_(recipe.Beta2).addcmul_(gradient, gradient, 1 - recipe.Beta2);
        var (meanBias, squareBias) = (1 - Math.Pow(recipe.Beta1, step), 1 - Math.Pow(recipe.Beta2, step));
        model.Weights.narrow(0, 0, _decayed).mul_(1 - learningRate * recipe.WeightDecay);
        model.Weights.addcdiv_(Mean, Square.sqrt().div_(Math.Sqrt(squareBias)).add_(Epsilon), -learningRate / meanBias);
        gradient.zero_();
        return length;
    }
}
