using Postern.Models;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// Another way to learn from the same samples: whom an epoch trains on and with which labels, and what the losses of a batch add
/// up to. It knows of no attack. Immutable: what it finds out on the way it keeps in the <see cref="RuleMemory"/>, which
/// checkpoints hold, so that a resumed training continues to the bit.
/// </summary>
public interface ITrainingRule
{
    /// <summary>Decides about the samples before an epoch; asked again where a training is resumed before it.</summary>
    EpochSamples Choose(RuleEpoch epoch);

    /// <summary>The scalar that gradients flow from.</summary>
    /// <param name="losses">[B], the cross-entropy of each sample, by the labels that the epoch gave and as the settings smooth
    /// and mix them.</param>
    /// <param name="batch">Whose they are.</param>
    Tensor Loss(Tensor losses, RuleBatch batch);

    /// <summary>
    /// The scalar that gradients flow from, where it is made of more than each sample's cross-entropy; null for
    /// <see cref="Loss"/>. The model may be left in either mode.
    /// </summary>
    Tensor? StepLoss(RuleStep step) => null;

    /// <summary>
    /// Another network that is trained beside the model, on its device, such as a projection; null for none. Taken over by the
    /// training, whose checkpoints keep its weights; it is no part of what was trained.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="seed">Decides its initial values.</param>
    nn.Module? Companion(Backbone model, long seed) => null;
}

/// <summary>What a rule knows before an epoch.</summary>
/// <param name="Epoch">Finished epochs.</param>
/// <param name="Epochs">How many the training has.</param>
/// <param name="Samples">How many samples there are, 0 to <paramref name="Samples"/> - 1.</param>
/// <param name="Memory">What it found out before.</param>
/// <param name="Losses">Measures the cross-entropy of every sample as the model is now, in evaluation mode and without random
/// augmentation: a pass over all of them.</param>
public sealed record RuleEpoch(int Epoch, int Epochs, int Samples, RuleMemory Memory, Func<float[]> Losses);

/// <summary>A batch as a rule sees it.</summary>
/// <param name="Indices">Which samples.</param>
/// <param name="Epoch">Finished epochs.</param>
/// <param name="Memory">What the rule found out before.</param>
public readonly record struct RuleBatch(IReadOnlyList<int> Indices, int Epoch, RuleMemory Memory);

/// <summary>A step as a rule sees it that makes its own loss.</summary>
/// <param name="Model">The model, in training mode.</param>
/// <param name="Companion">The rule's own network; null where it has none.</param>
/// <param name="Batch">The batch, augmented and normalised.</param>
/// <param name="Labels">[B], the labels that the epoch gave.</param>
/// <param name="Samples">Whose they are.</param>
/// <param name="Pictures">Makes the batches; its normalisation is theirs.</param>
/// <param name="Epochs">How many epochs the training has.</param>
/// <param name="Seed">Seed of every draw.</param>
/// <param name="Step">Finished steps.</param>
public sealed record RuleStep(Backbone Model, nn.Module? Companion, Batch Batch, Tensor Labels, RuleBatch Samples,
    BatchLoader Pictures, int Epochs, long Seed, long Step);
