using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Defences.Filters;

/// <summary>Trains on those samples that a filter has left, by the mean of their losses.</summary>
/// <param name="removed">Who is left out.</param>
internal sealed class KeptSamples(IReadOnlyCollection<int> removed) : ITrainingRule
{
    /// <inheritdoc/>
    public EpochSamples Choose(RuleEpoch epoch) =>
        new(Enumerable.Range(0, epoch.Samples).Except(removed).ToHashSet());

    /// <inheritdoc/>
    public Tensor Loss(Tensor losses, RuleBatch batch) => losses.mean();
}
