using Postern.Models;
using Postern.Native.Paths;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// Trains a backbone to classify batches. Knows models, losses and batches only. Everything random is a function of the seed and
/// the step, so a restored trainer continues to the bit.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Backbone model;
    private readonly TrainingSettings settings;
    private readonly long seed;
    private readonly TrainedNetwork network;
    private readonly ITrainingRule? rule;
    private readonly nn.Module? companion;
    private readonly IReadOnlyList<NetworkUpdate> updates;
    private RuledEpoch? ruled;
    private BatchLoader? pictures;

    /// <summary>A trainer at epoch 0.</summary>
    /// <param name="model">The backbone.</param>
    /// <param name="settings">How it is trained.</param>
    /// <param name="seed">Seed of every draw.</param>
    /// <param name="rule">Another way to learn from the samples; null for all of them and the mean of their losses.</param>
    /// <exception cref="InputException">This machine computes wrongly in every way; see <see cref="SelfCheck"/>.</exception>
    public Trainer(Backbone model, TrainingSettings settings, long seed, ITrainingRule? rule = null)
    {
        SelfCheck.Ensure(settings.Precision == Precision.BFloat16);
        (this.model, this.settings, this.seed, this.rule) = (model, settings, seed, rule);
        TrainedParameter[] parameters = TrainedParameter.Of(
            model, p => settings.DecayAll || model.Decays(p.name, p.parameter) ? settings.WeightDecay : 0);
        network = new TrainedNetwork("", model, OptimizerOf(parameters),
            settings.EmaDecay > 0 ? new WeightAverage(model, settings.EmaDecay) : null);
        companion = rule?.Companion(model, seed);
        TrainedNetwork? beside = companion is null ? null : new TrainedNetwork("companion", companion,
            OptimizerOf(TrainedParameter.Of(companion, _ => settings.WeightDecay)));
        Loop = new TrainingLoop(network) { Memory = rule is null ? null : new RuleMemory { Companion = beside } };
        updates = [.. new[] { network, beside }.OfType<TrainedNetwork>().Select(n => new NetworkUpdate(n, settings.Schedule.At))];
    }

    /// <summary>Finished epochs.</summary>
    public int Epoch => Loop.Epoch;

    /// <summary>Finished steps.</summary>
    public long Step => Loop.Step;

    /// <summary>
    /// Told in how many parts each step is done from now on, as a card has no memory for fewer. Gradients of the parts are added,
    /// so that an update is the whole step's but for rounding.
    /// </summary>
    public Action<int>? Divided { get; init; }

    /// <summary>The running mean of the weights; null where none is kept.</summary>
    public WeightAverage? Average => network.Average;

    /// <summary>The training's state, for checkpoints.</summary>
    internal TrainingLoop Loop { get; }

    /// <summary>Trains one epoch over all of <paramref name="loader"/>'s split, or the rest of one that was left.</summary>
    /// <param name="loader">Makes the batches.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancel">Stops the epoch after the next update.</param>
    /// <param name="change">Takes each batch over and gives the one to train on, e.g. an adversarial one; null for no
    /// change.</param>
    /// <exception cref="DivergedException">The loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">Stopped. Where the epoch has begun, <see cref="TrainingLoop.Part"/> says how
    /// far it is, and the state can be saved.</exception>
    public EpochResult RunEpoch(
        BatchLoader loader, Action<StepProgress>? progress = null, CancellationToken cancel = default,
        Func<Batch, Batch>? change = null)
    {
        int count = loader.Images.Count;
        int[] order = loader.EpochOrder(seed, Epoch);
        if (rule is not null)
        {
            ruled = Loop.Part is null
                ? RuledEpoch.Begin(rule, Loop.Memory!, Epoch, settings.Epochs, count,
                    () => RuledEpoch.Losses(model, loader, seed, Epoch, cancel))
                : RuledEpoch.Continue(rule, Loop.Memory!, Epoch);
            order = ruled.Order(order);
            // Few samples may not fill a batch.
            if (ruled.LeavesOut) loader = loader with { DropLast = false };
        }
        pictures = loader;
        model.train();
        return Loop.RunEpoch(new TrainingEpoch<Batch>
        {
            // The loop stops between two updates; a cancelled loader would break off a step.
            Batches = loader.Load(order, seed, Epoch, CancellationToken.None, Loop.Begun),
            Stop = cancel,
            Steps = loader.Steps(order.Length),
            Samples = loader.Kept(order.Length),
            VariesInLength = rule is not null,
            Loss = Loss,
            Explain = Explain,
            Updates = updates,
            Accumulate = settings.Accumulate,
            LossInParts = rule is null && !model.NormalisesOverBatches ? LossInParts : null,
            WhyWhole = rule is null ? "the network normalises over the batch, so that a step in parts is another"
                : "the defence's loss is made of the whole batch",
            Divided = Divided,
            Change = change,
        }, progress);
    }

    /// <summary>Forward, backward and update on one batch; returns the loss before the update.</summary>
    /// <exception cref="DivergedException">The loss is not finite; no update is made.</exception>
    public double RunStep(Batch batch, double lr) => Loop.RunStep(batch, Loss, Explain, new NetworkUpdate(network, _ => lr));

    /// <summary>Cross-entropy of a batch, mixed where the settings say so, and as the rule has it.</summary>
    private Tensor Loss(Batch batch)
    {
        (model.StepKey, model.FirstOfStep) = ((seed, Step), 0);
        if (ruled?.StepLoss((labels, samples) => new RuleStep(model, companion, batch, labels, samples, pictures!,
                settings.Epochs, seed, Step), batch) is Tensor own) return own;
        Mixup mixup = MixupOf(batch);
        Tensor logits = model.forward(mixup.Mix(batch.Images));
        return ruled is null ? mixup.Loss(logits, batch.Labels, settings.LabelSmoothing)
            : ruled.Loss(mixup.Losses(logits, ruled.LabelsOf(batch), settings.LabelSmoothing), batch);
    }

    /// <summary>The same in parts, mixed as the whole batch is.</summary>
    private IEnumerable<Func<Tensor>> LossInParts(Batch batch, int parts)
    {
        Mixup mixup = MixupOf(batch);
        Tensor pictures = mixup.Mix(batch.Images), partners = batch.Labels.flip(0);
        int count = batch.Indices.Count;
        for (int part = 0; part < parts; part++)
        {
            int first = (int)((long)count * part / parts), size = (int)((long)count * (part + 1) / parts) - first;
            yield return () =>
            {
                (model.StepKey, model.FirstOfStep) = ((seed, Step), first);
                Tensor loss = mixup.Loss(model.forward(pictures.narrow(0, first, size)), batch.Labels.narrow(0, first, size),
                    partners.narrow(0, first, size), settings.LabelSmoothing);
                return loss * tensor(size / (float)count, device: loss.device);
            };
        }
        model.FirstOfStep = 0;
    }

    private Mixup MixupOf(Batch batch) =>
        Mixup.Draw(settings.MixupAlpha, settings.CutmixAlpha, (int)batch.Images.shape[2], seed, Step);

    /// <summary>Why the loss of a batch is no number.</summary>
    private string Explain(Batch batch) => NonFiniteLoss.Explain(model, MixupOf(batch).Mix(batch.Images));

    private Optimizer OptimizerOf(TrainedParameter[] parameters) =>
        settings.UseSgd ? new Sgd(parameters, settings.Momentum) : new AdamW(parameters);

    /// <summary>Releases the optimiser's state, the running mean and the rule's own network.</summary>
    public void Dispose()
    {
        Loop.Dispose();
        Loop.Memory?.Companion?.Dispose();
        companion?.Dispose();
    }
}
