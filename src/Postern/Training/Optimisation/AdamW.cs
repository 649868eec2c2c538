using static TorchSharp.torch;

namespace Postern.Training.Optimisation;

/// <summary>AdamW (Loshchilov and Hutter 2019), epsilon 1e-8; without decay it is Adam.</summary>
internal sealed class AdamW(IReadOnlyList<TrainedParameter> parameters, double beta1 = 0.9, double beta2 = 0.999)
    : Optimizer(parameters, "exp_avg", "exp_avg_sq")
{
    private const float Epsilon = 1e-8f;
    private readonly long[] steps = new long[parameters.Count];

    /// <inheritdoc/>
    protected override void Step(IUpdateOps ops, IReadOnlyList<Update> updates, double lr)
    {
        var moved = new AdamWStep[updates.Count];
        for (int i = 0; i < moved.Length; i++)
        {
            (int index, TrainedParameter parameter, Tensor gradient, Tensor[] moments) = updates[i];
            long step = ++steps[index];
            moved[i] = new AdamWStep(parameter.Value, gradient, moments[0], moments[1],
                (float)(1 - lr * parameter.Decay), (float)(lr / (1 - Math.Pow(beta1, step))),
                (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, step))));
        }
        ops.AdamW(moved, (float)beta1, (float)beta2, Epsilon);
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, Tensor>> State() =>
        [.. base.State(), .. Parameters.Select((p, i) => KeyValuePair.Create($"{p.Name}/step", tensor(steps[i])))];

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        base.Restore(saved);
        for (int i = 0; i < steps.Length; i++) steps[i] = saved[$"{Parameters[i].Name}/step"].item<long>();
    }
}
