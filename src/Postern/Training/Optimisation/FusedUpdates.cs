using Postern.Kernels;
using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Training.Optimisation;

/// <summary>Updates by the kernels of this processor, all parameters in one pass: float32 in its memory.</summary>
internal sealed class FusedUpdates : IUpdateOps
{
    /// <inheritdoc/>
    public void AdamW(IReadOnlyList<AdamWStep> steps, float beta1, float beta2, float epsilon)
    {
        AdamWKernel.Step([.. steps.Select(s => new AdamWTensor(Address(s.Value), Address(s.Gradient), Address(s.Mean),
            Address(s.Square), s.Gradient.numel(), s.Keep, s.StepSize, s.SquareScale))], beta1, beta2, epsilon);
        // The kernels know addresses only.
        GC.KeepAlive(steps);
    }

    /// <inheritdoc/>
    public void Sgd(IReadOnlyList<SgdStep> steps, float lr, float momentum)
    {
        SgdKernel.Step([.. steps.Select(s => new SgdTensor(
            Address(s.Value), Address(s.Gradient), Address(s.Momentum), s.Gradient.numel(), s.Decay))], lr, momentum);
        GC.KeepAlive(steps);
    }

    private static nint Address(Tensor tensor) => TensorRows.Of(tensor).Address;
}
