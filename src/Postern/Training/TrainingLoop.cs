using Postern.Models.Ops;
using Postern.Native;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// The loop of every training: epochs of steps, each a loss, its gradients and the updates of some networks. It knows neither
/// what a batch holds nor how its loss comes about, and takes nothing from the clock or from chance, so that a restored loop
/// continues to the bit.
/// </summary>
/// <param name="networks">All networks whose state belongs to the training; taken over.</param>
internal sealed class TrainingLoop(params IReadOnlyList<TrainedNetwork> networks) : IDisposable
{
    private readonly StepClock clock = new();

    /// <summary>All networks whose state belongs to the training.</summary>
    public IReadOnlyList<TrainedNetwork> Networks => networks;

    /// <summary>What a training rule has found out; null where there is none.</summary>
    public RuleMemory? Memory { get; init; }

    /// <summary>Finished epochs.</summary>
    public int Epoch { get; private set; }

    /// <summary>Finished steps.</summary>
    public long Step { get; private set; }

    /// <summary>
    /// In how many parts the batch of a step is done, one after another: more than one since a card had no memory for fewer.
    /// </summary>
    public int Parts { get; set; } = 1;

    /// <summary>How far the next epoch is, where it was left within; null where it has not begun.</summary>
    public EpochPart? Part { get; private set; }

    /// <summary>Batches of the next epoch that are trained on already.</summary>
    public int Begun => Part?.Batches ?? 0;

    /// <summary>Trains one epoch, or the rest of one that was left.</summary>
    /// <param name="epoch">What is done in it.</param>
    /// <param name="progress">Told after every step.</param>
    /// <exception cref="DivergedException">The loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">
    /// Stopped. Where <see cref="Part"/> says how far the epoch is, the state can be saved; where the batches were cancelled, it
    /// is in the middle of a step and must not be.
    /// </exception>
    public EpochResult RunEpoch<TBatch>(TrainingEpoch<TBatch> epoch, Action<StepProgress>? progress = null) where TBatch
        : ITrainingBatch
    {
        epoch.Stop.ThrowIfCancellationRequested();
        int done = Part?.Samples ?? 0, index = Begun;
        double lossSum = Part?.LossSum ?? 0;
        double[] rates = [];
        clock.Start(Part?.Seconds ?? 0, Part?.Times ?? default);
        Part = null;
        foreach (TBatch loaded in epoch.Batches)
        {
            clock.Lap(StepPart.DataWait);
            using (TBatch batch = epoch.Change is null ? loaded : epoch.Change(loaded))
            {
                clock.Lap(StepPart.Other);
                int first = index - index % epoch.Accumulate, group = Math.Min(epoch.Accumulate, epoch.Steps - first);
                if (index == first) rates = Begin(epoch.Updates,
                    epoch.VariesInLength ? Epoch + index / (double)epoch.Steps : Step / (double)epoch.Steps);
                double loss = AddGradients(batch, epoch, 1.0 / group, rates[0], isFirst: index == first);
                if (++index == first + group) Update(epoch.Updates, rates);
                done += batch.Samples;
                lossSum += loss * batch.Samples;
                progress?.Invoke(new StepProgress(Epoch + 1, done, epoch.Samples, loss));
                bool updated = index == first + group;
                if (updated && index < epoch.Steps && epoch.Stop.IsCancellationRequested)
                {
                    Part = new EpochPart(index, done, lossSum, clock.Seconds, clock.Times);
                    throw new OperationCanceledException(epoch.Stop);
                }
            }
            clock.Lap(StepPart.Other);
        }
        Epoch++;
        double seconds = clock.Seconds;
        StepTimes times = clock.Times;
        return new EpochResult(
            Epoch, Step, lossSum / epoch.Samples, rates.FirstOrDefault(), epoch.Samples / seconds, times.DataWait / seconds,
            seconds, times)
        {
            Samples = epoch.Samples,
        };
    }

    /// <summary>One step by itself; returns the loss before the update.</summary>
    /// <exception cref="DivergedException">The loss is not finite; no update is made.</exception>
    public double RunStep<TBatch>(
        TBatch batch, Func<TBatch, Tensor> loss, Func<TBatch, string>? explain, params IReadOnlyList<NetworkUpdate> updates)
    {
        double[] rates = Begin(updates, Step);
        double value = AddGradients(batch, () => loss(batch), explain, share: 1, rates[0]);
        Step++;
        Update(updates, rates);
        return value;
    }

    /// <summary>
    /// Continues after <paramref name="epoch"/> epochs and a part of the next, once the networks have their state of then.
    /// </summary>
    internal void ContinueAfter(int epoch, long step, EpochPart? part = null) => (Epoch, Step, Part) = (epoch, step, part);

    /// <summary>Releases the optimisers' state; the networks stay.</summary>
    public void Dispose()
    {
        foreach (TrainedNetwork network in networks) network.Dispose();
    }

    /// <summary>Forgets gradients; the learning rate of each update.</summary>
    private double[] Begin(IReadOnlyList<NetworkUpdate> updates, double epoch)
    {
        double[] rates = [.. updates.Select(u => u.Rate(epoch))];
        foreach (NetworkUpdate update in updates) update.Network.ForgetGradients();
        clock.Lap(StepPart.Optimizer);
        return rates;
    }

    /// <summary>
    /// Adds <paramref name="share"/> of a batch's gradients, in as many parts as a card's memory asks for; returns the loss.
    /// </summary>
    private double AddGradients<TBatch>(TBatch batch, TrainingEpoch<TBatch> epoch, double share, double lr, bool isFirst)
        where TBatch : ITrainingBatch
    {
        while (true)
        {
            try
            {
                using DisposeScope scope = NewDisposeScope();
                double value = 0;
                foreach (Func<Tensor> loss in Losses(batch, epoch))
                    value += AddGradients(batch, loss, epoch.Explain, share, lr);
                Step++;
                return value;
            }
            catch (Exception e) when (CardMemory.IsFull(e))
            {
                Divide(epoch, batch.Samples, isFirst, e);
            }
        }
    }

    private IEnumerable<Func<Tensor>> Losses<TBatch>(TBatch batch, TrainingEpoch<TBatch> epoch) where TBatch : ITrainingBatch =>
        Parts > 1 && epoch.LossInParts is { } inParts
            ? inParts(batch, Math.Min(Parts, batch.Samples)) : new Func<Tensor>[] { () => epoch.Loss(batch) };

    /// <summary>Twice as many parts from now on, and nothing of this step's gradients.</summary>
    /// <exception cref="InputException">It cannot be done so.</exception>
    private void Divide<TBatch>(TrainingEpoch<TBatch> epoch, int samples, bool isFirst, Exception error)
        where TBatch : ITrainingBatch
    {
        string? why = epoch.LossInParts is null ? epoch.WhyWhole
            : !isFirst || epoch.Updates.Any(u => u.Network.KeepsGradients) ? "gradients of earlier batches are in the same update"
            : Parts >= samples ? "it is done picture by picture already" : null;
        if (why is not null)
            throw new InputException("card", FormattableString.Invariant(
                $"its memory does not hold a step of {samples} pictures, and {why}; lower batch_size, which is another training, or take a larger card"),
                error);
        foreach (NetworkUpdate update in epoch.Updates) update.Network.ForgetGradients();
        Parts = Math.Min(2 * Parts, samples);
        epoch.Divided?.Invoke(Parts);
    }

    /// <summary>Adds <paramref name="share"/> of a loss's gradients; returns the loss.</summary>
    private double AddGradients<TBatch>(
        TBatch batch, Func<Tensor> lossOf, Func<TBatch, string>? explain, double share, double lr)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = lossOf();
        double value = loss.to(ScalarType.Float32).item<float>();
        if (!double.IsFinite(value))
        {
            string why = explain is null ? "try a lower learning rate" : explain(batch);
            throw new DivergedException(FormattableString.Invariant(
                $"the loss became {value} at epoch {Epoch + 1}, step {Step} (lr {lr:g4}): {why}"));
        }
        clock.Lap(StepPart.Forward);
        Scalar scale = share;
        (share == 1 ? loss : loss * scale).backward();
        // TorchSharp lets an implicit Scalar be finalised while the native call still reads it.
        GC.KeepAlive(scale);
        BackwardFault.ThrowEarlier();
        clock.Lap(StepPart.Backward);
        return value;
    }

    private void Update(IReadOnlyList<NetworkUpdate> updates, double[] rates)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach ((int i, NetworkUpdate update) in updates.Index()) update.Network.Update(rates[i]);
        clock.Lap(StepPart.Optimizer);
    }
}
