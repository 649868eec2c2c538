using Postern.Kernels;

namespace Postern.Training.Optimisation;

/// <summary>SGD with momentum and L2 decay by <see cref="SgdKernel"/>.</summary>
internal sealed class Sgd(IReadOnlyList<TrainedParameter> parameters, double momentum) : Optimizer(parameters, "momentum_buffer")
{
    /// <inheritdoc/>
    protected override void Step(IReadOnlyList<Update> updates, double lr) => SgdKernel.Step(
        [
            .. updates.Select(u => new SgdTensor(
                Address(u.Parameter.Value), Address(u.Gradient), Address(u.Moments[0]), u.Gradient.numel(),
                (float)u.Parameter.Decay)),
        ], (float)lr, (float)momentum);
}
