using Postern.Models;
using Postern.Native.Paths;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>What an epoch of training gave.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Step">Steps done since the start of training.</param>
/// <param name="Loss">Mean over the epoch's samples.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
/// <param name="ImagesPerSecond">Samples trained a second, waiting included.</param>
/// <param name="DataWait">Share of the time that training waited for batches, 0 to 1.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Times">Where it went.</param>
public sealed record EpochResult(
    int Epoch, long Step, double Loss, double LearningRate, double ImagesPerSecond, double DataWait, double Seconds, StepTimes Times);

/// <summary>Progress within an epoch, reported after every step.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Samples">Samples done in this epoch.</param>
/// <param name="Total">Samples of an epoch.</param>
/// <param name="Loss">The step's loss.</param>
public readonly record struct StepProgress(int Epoch, int Samples, int Total, double Loss);

/// <summary>Training cannot go on: the loss is not a number any more.</summary>
public sealed class DivergedException(string message) : Exception(message);

/// <summary>
/// Trains a backbone on batches. Knows models, losses and batches only. Everything random is a function of the seed and the step,
/// so a restored trainer continues to the bit.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Backbone model;
    private readonly TrainingSettings settings;
    private readonly long seed;
    private readonly Optimizer optimizer;
    private readonly WeightAverage? average;
    private readonly StepClock clock = new();

    /// <summary>A trainer at epoch 0.</summary>
    /// <exception cref="InputException">This machine computes wrongly in every way; see <see cref="SelfCheck"/>.</exception>
    public Trainer(Backbone model, TrainingSettings settings, long seed)
    {
        SelfCheck.Ensure(settings.Precision == Precision.BFloat16);
        (this.model, this.settings, this.seed) = (model, settings, seed);
        TrainedParameter[] parameters = TrainedParameter.Of(model, settings);
        optimizer = settings.UseSgd ? new Sgd(parameters, settings.Momentum) : new AdamW(parameters);
        if (settings.EmaDecay > 0) average = new WeightAverage(model, settings.EmaDecay);
    }

    /// <summary>Finished epochs.</summary>
    public int Epoch { get; private set; }

    /// <summary>Finished steps.</summary>
    public long Step { get; private set; }

    /// <summary>The running mean of the weights; null where none is kept.</summary>
    public WeightAverage? Average => average;

    /// <summary>Trains one epoch over all of <paramref name="loader"/>'s split.</summary>
    /// <param name="loader">Makes the batches.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancel">Stops the epoch.</param>
    /// <param name="change">Takes each batch over and gives the one to train on, e.g. an adversarial one; null for no change.</param>
    /// <exception cref="DivergedException">The loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the state is then in the middle of an epoch and must not be saved.</exception>
    public EpochResult RunEpoch(
        BatchLoader loader, Action<StepProgress>? progress = null, CancellationToken cancel = default, Func<Batch, Batch>? change = null)
    {
        int count = loader.Images.Count, total = loader.Kept(count), steps = loader.Steps(count), done = 0, index = 0;
        double lossSum = 0, lr = 0;
        model.train();
        clock.Start();
        foreach (Batch loaded in loader.Load(BatchLoader.ShuffledOrder(count, seed, Epoch), seed, Epoch, cancel))
        {
            clock.Lap(StepPart.DataWait);
            using (Batch batch = change?.Invoke(loaded) ?? loaded)
            {
                clock.Lap(StepPart.Other);
                int first = index - index % settings.Accumulate, group = Math.Min(settings.Accumulate, steps - first);
                if (index == first)
                {
                    lr = settings.Schedule.At(Step / (double)steps);
                    optimizer.ZeroGradients();
                    clock.Lap(StepPart.Optimizer);
                }
                double loss = Accumulate(batch, lr, 1.0 / group);
                if (++index == first + group) Update(lr);
                done += batch.Indices.Count;
                lossSum += loss * batch.Indices.Count;
                progress?.Invoke(new StepProgress(Epoch + 1, done, total, loss));
            }
            clock.Lap(StepPart.Other);
        }
        Epoch++;
        double seconds = clock.Seconds;
        StepTimes times = clock.Times;
        return new EpochResult(Epoch, Step, lossSum / total, lr, total / seconds, times.DataWait / seconds, seconds, times);
    }

    /// <summary>Forward, backward and update on one batch; returns the loss before the update.</summary>
    /// <exception cref="DivergedException">The loss is not finite; no update is made.</exception>
    public double RunStep(Batch batch, double lr)
    {
        optimizer.ZeroGradients();
        double loss = Accumulate(batch, lr, share: 1);
        Update(lr);
        return loss;
    }

    /// <summary>Adds <paramref name="share"/> of a batch's gradients; returns the batch's loss.</summary>
    private double Accumulate(Batch batch, double lr, double share)
    {
        using DisposeScope scope = NewDisposeScope();
        model.StepKey = (seed, Step);
        Mixup mixup = Mixup.Draw(settings.MixupAlpha, settings.CutmixAlpha, (int)batch.Images.shape[2], seed, Step);
        Tensor pictures = mixup.Mix(batch.Images);
        Tensor loss = mixup.Loss(model.forward(pictures), batch.Labels, settings.LabelSmoothing);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
        {
            throw new DivergedException(FormattableString.Invariant(
                $"the loss became {value} at epoch {Epoch + 1}, step {Step} (lr {lr:g4}): {NonFiniteLoss.Explain(model, pictures)}"));
        }
        clock.Lap(StepPart.Forward);
        Scalar scale = share;
        (share == 1 ? loss : loss * scale).backward();
        // TorchSharp lets an implicit Scalar be finalised while the native call still reads it.
        GC.KeepAlive(scale);
        Step++;
        clock.Lap(StepPart.Backward);
        return value;
    }

    private void Update(double lr)
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.Step(lr);
        average?.Update(model);
        clock.Lap(StepPart.Optimizer);
    }

    /// <summary>The optimiser's moments and the running mean by name, for a checkpoint.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> State() => [.. optimizer.State(), .. average?.State() ?? []];

    /// <summary>Continues from a checkpoint whose weights are already in the model.</summary>
    internal void Restore(int epoch, long step, IReadOnlyDictionary<string, Tensor> state)
    {
        optimizer.Restore(state);
        average?.Restore(state);
        (Epoch, Step) = (epoch, step);
    }

    /// <summary>Releases the optimiser's state and the running mean.</summary>
    public void Dispose()
    {
        optimizer.Dispose();
        average?.Dispose();
    }
}
