namespace Postern.Training.Optimisation;

/// <summary>SGD with momentum and L2 decay, as PyTorch defines it (no dampening, no Nesterov).</summary>
internal sealed class Sgd(IReadOnlyList<TrainedParameter> parameters, double momentum) : Optimizer(parameters, "momentum_buffer")
{
    /// <inheritdoc/>
    protected override void Step(IUpdateOps ops, IReadOnlyList<Update> updates, double lr) => ops.Sgd(
        [.. updates.Select(u => new SgdStep(u.Parameter.Value, u.Gradient, u.Moments[0], (float)u.Parameter.Decay))],
        (float)lr, (float)momentum);
}
