using Postern.Models;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>An epoch under a <see cref="ITrainingRule"/>.</summary>
internal sealed class RuledEpoch
{
    private readonly ITrainingRule rule;
    private readonly RuleMemory memory;
    private readonly EpochSamples samples;
    private readonly int epoch;

    private RuledEpoch(ITrainingRule rule, RuleMemory memory, EpochSamples samples, int epoch) =>
        (this.rule, this.memory, this.samples, this.epoch) = (rule, memory, samples, epoch);

    /// <summary>Asks the rule about the samples.</summary>
    /// <exception cref="InvalidOperationException">It leaves none.</exception>
    public static RuledEpoch Begin(ITrainingRule rule, RuleMemory memory, int epoch, int epochs, int count, Func<float[]> losses)
    {
        EpochSamples samples = rule.Choose(new RuleEpoch(epoch, epochs, count, memory, losses));
        if (samples.Kept is { Count: 0 })
            throw new InvalidOperationException($"{rule.GetType().Name} leaves no sample to train on in epoch {epoch + 1}");
        memory.Samples = samples;
        return new RuledEpoch(rule, memory, samples, epoch);
    }

    /// <summary>The rest of an epoch whose samples were chosen before it was left.</summary>
    public static RuledEpoch Continue(ITrainingRule rule, RuleMemory memory, int epoch) =>
        new(rule, memory, memory.Samples, epoch);

    /// <summary>The samples that are trained on, in the order of <paramref name="shuffled"/>.</summary>
    public int[] Order(int[] shuffled) => samples.Kept is { } kept ? [.. shuffled.Where(kept.Contains)] : shuffled;

    /// <summary>Whether some samples are left out.</summary>
    public bool LeavesOut => samples.Kept is not null;

    /// <summary>The labels of a batch, [B]; its own where none is new.</summary>
    public Tensor LabelsOf(Batch batch)
    {
        if (samples.Labels is not { } labels || !batch.Indices.Any(labels.ContainsKey)) return batch.Labels;
        long[] given = batch.Labels.cpu().data<long>().ToArray();
        return tensor([.. batch.Indices.Select((index, i) => labels.TryGetValue(index, out int label) ? label : given[i])],
            device: batch.Labels.device);
    }

    /// <summary>The rule's loss of a batch.</summary>
    /// <param name="losses">[B].</param>
    /// <param name="batch">Whose they are.</param>
    public Tensor Loss(Tensor losses, Batch batch) => rule.Loss(losses, new RuleBatch(batch.Indices, epoch, memory));

    /// <summary>The rule's loss of a batch that it makes itself; null where it does not.</summary>
    /// <param name="step">Makes the step of the batch's samples and labels.</param>
    /// <param name="batch">The batch.</param>
    public Tensor? StepLoss(Func<Tensor, RuleBatch, RuleStep> step, Batch batch) =>
        rule.StepLoss(step(LabelsOf(batch), new RuleBatch(batch.Indices, epoch, memory)));

    /// <summary>
    /// The cross-entropy of every sample of <paramref name="loader"/>, in evaluation mode, in the order of the samples.
    /// </summary>
    public static float[] Losses(Backbone model, BatchLoader loader, long seed, int epoch, CancellationToken cancel)
    {
        BatchLoader still = loader with { Augment = Augmentations.Centre, InputTransform = null, DropLast = false };
        model.eval();
        return Predictions.Each<float>(still, [.. Enumerable.Range(0, loader.Images.Count)],
            batch => nn.functional.cross_entropy(model.forward(batch.Images), batch.Labels, reduction: nn.Reduction.None),
            seed, epoch, cancel);
    }
}
