namespace Postern.Training.Optimisation;

/// <summary>
/// A learning-rate schedule: a pure function of training's progress, so that a resumed run needs no state for it.
/// </summary>
public interface ISchedule
{
    /// <summary>Learning rate at <paramref name="epoch"/>, a fractional epoch: (steps done) / (steps an epoch).</summary>
    double At(double epoch);
}

/// <summary>
/// Linear warm-up, then a cosine down to a minimum. As in timm, the warm-up is not subtracted from the cosine's progress.
/// </summary>
/// <param name="Base">Base learning rate.</param>
/// <param name="Min">Learning rate at the end.</param>
/// <param name="WarmupStart">Learning rate at step 0 of the warm-up.</param>
/// <param name="WarmupEpochs">Length of the warm-up.</param>
/// <param name="Epochs">Length of training.</param>
public sealed record CosineSchedule(double Base, double Min, double WarmupStart, double WarmupEpochs, double Epochs) : ISchedule
{
    /// <inheritdoc/>
    public double At(double epoch) => epoch < WarmupEpochs
        ? WarmupStart + epoch * (Base - WarmupStart) / WarmupEpochs
        : Min + (Base - Min) / 2 * (1 + Math.Cos(Math.PI * Math.Min(epoch, Epochs) / Epochs));
}

/// <summary>
/// Holds a schedule's value for a whole epoch, as timm's programs do. With <paramref name="Lag"/> 1, epoch k runs at the value
/// for k - 1, and so epochs 0 and 1 at the same: the programs of DeiT and Vim advance the schedule after an epoch with that
/// epoch's number.
/// </summary>
/// <param name="Inner">The schedule.</param>
/// <param name="Lag">Epochs that it is late: 0 or 1.</param>
public sealed record EpochSchedule(ISchedule Inner, int Lag) : ISchedule
{
    /// <inheritdoc/>
    public double At(double epoch) => Inner.At(Math.Max(0, Math.Floor(epoch) - Lag));
}

/// <summary>Multiplies the rate by a factor after each milestone.</summary>
/// <param name="Base">Learning rate before the first milestone.</param>
/// <param name="Milestones">Epochs, ascending.</param>
/// <param name="Gamma">The factor.</param>
public sealed record StepSchedule(double Base, IReadOnlyList<int> Milestones, double Gamma) : ISchedule
{
    /// <inheritdoc/>
    public double At(double epoch) => Base * Math.Pow(Gamma, Milestones.Count(m => epoch >= m));
}
