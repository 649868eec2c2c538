using static TorchSharp.torch;

namespace Postern.Training.Optimisation;

/// <summary>How parameters are moved along their gradients: the one step of training that no layer decides.</summary>
internal interface IUpdateOps
{
    /// <summary>
    /// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p = keep p - stepSize m / (squareScale sqrt(v) + eps), in place.
    /// </summary>
    /// <param name="steps">The parameters.</param>
    /// <param name="beta1">b1.</param>
    /// <param name="beta2">b2.</param>
    /// <param name="epsilon">eps.</param>
    void AdamW(IReadOnlyList<AdamWStep> steps, float beta1, float beta2, float epsilon);

    /// <summary>b = momentum b + (g + decay p), p = p - lr b, in place.</summary>
    /// <param name="steps">The parameters.</param>
    /// <param name="lr">Learning rate.</param>
    /// <param name="momentum">Share of the buffer that stays.</param>
    void Sgd(IReadOnlyList<SgdStep> steps, float lr, float momentum);
}

/// <summary>A parameter in an AdamW update; all tensors are dense and of one shape, type and device.</summary>
/// <param name="Value">p.</param>
/// <param name="Gradient">g.</param>
/// <param name="Mean">m.</param>
/// <param name="Square">v.</param>
/// <param name="Keep">What weight decay leaves of the value, 1 - lr * decay.</param>
/// <param name="StepSize">lr / (1 - b1^t).</param>
/// <param name="SquareScale">1 / sqrt(1 - b2^t).</param>
internal readonly record struct AdamWStep(
    Tensor Value, Tensor Gradient, Tensor Mean, Tensor Square, float Keep, float StepSize, float SquareScale);

/// <summary>A parameter in an SGD update; all tensors are dense and of one shape, type and device.</summary>
/// <param name="Value">p.</param>
/// <param name="Gradient">g.</param>
/// <param name="Momentum">b.</param>
/// <param name="Decay">L2 weight decay.</param>
internal readonly record struct SgdStep(Tensor Value, Tensor Gradient, Tensor Momentum, float Decay);
