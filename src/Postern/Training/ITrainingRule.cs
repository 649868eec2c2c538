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
