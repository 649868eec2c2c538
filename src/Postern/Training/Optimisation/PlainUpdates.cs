using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training.Optimisation;

/// <summary>Updates by plain tensor operations, parameter by parameter: any device, any type.</summary>
internal sealed class PlainUpdates : IUpdateOps
{
    /// <inheritdoc/>
    public void AdamW(IReadOnlyList<AdamWStep> steps, float beta1, float beta2, float epsilon)
    {
        using var noGrad = no_grad();
        using Scalar b1 = beta1, b2 = beta2, rest1 = 1 - beta1, rest2 = 1 - beta2, eps = epsilon;
        foreach (AdamWStep step in steps)
        {
            using DisposeScope scope = NewDisposeScope();
            using Scalar keep = step.Keep, size = -step.StepSize, scale = step.SquareScale;
            step.Mean.mul_(b1).add_(step.Gradient, rest1);
            step.Square.mul_(b2).addcmul_(step.Gradient, step.Gradient, rest2);
            Tensor root = step.Square.sqrt().mul_(scale).add_(eps);
            step.Value.mul_(keep).addcdiv_(step.Mean, root, size);
        }
    }

    /// <inheritdoc/>
    public void Sgd(IReadOnlyList<SgdStep> steps, float lr, float momentum)
    {
        using var noGrad = no_grad();
        using Scalar rate = -lr, kept = momentum;
        foreach (SgdStep step in steps)
        {
            using DisposeScope scope = NewDisposeScope();
            using Scalar decay = step.Decay;
            step.Momentum.mul_(kept).add_(step.Gradient).add_(step.Value, decay);
            step.Value.add_(step.Momentum, rate);
        }
    }
}
