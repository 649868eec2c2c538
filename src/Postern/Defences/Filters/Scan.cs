using Postern.Configuration;
using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Filters;

/// <summary>
/// SCAn (Tang et al. 2021; <c>docs/reference/defences.md 6</c>): features are a class's mean and noise that all classes share. A
/// label that two means explain much better than one holds a second class, the poisons. The single mean of the test is the one of
/// the fit; the official test leaves a factor out, and misses poisoned labels with it. Double precision throughout.
/// </summary>
/// <param name="Theta">Index from which on a label is flagged.</param>
/// <param name="Restarts">Random starts of a split.</param>
/// <param name="Whole">Whether labels are compared by what all of their samples gain together, otherwise by one sample's gain.
/// </param>
internal sealed record Scan(double Theta, int Restarts, bool Whole) : ITrainingFilter
{
    private const string Mean = "mean", Sum = "sum";

    internal static DefenceEntry Entry { get; } = FilterEntry.Of("scan", "removes the second group of labels that hold two",
        [
            new("theta", OptionKind.Number, "2.718281828459045", "index above which a label is flagged: e, or e^2") { Min = 0 },
            new("restarts", OptionKind.Integer, "5", "random starts of a split") { Min = 1 },
            new("statistic", OptionKind.Word, Mean,
                "what labels are compared by. mean: what two groups gain a sample, as in the official code, by which labels "
                    + "of few samples stand out; sum: what they gain a label")
            {
                Allowed = [Mean, Sum],
                Neutral = Mean,
            },
        ],
        choice => new Scan((double)choice.Number("theta"), choice.Integer("restarts"), choice.Word("statistic") == Sum));

    /// <inheritdoc/>
    public FilterVerdict Filter(FilterInputs given)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = TrainingFeatures.Of(given.Model, given.Training, given.Seed, given.Cancel);
        Tensor clean = TrainingFeatures.Of(given.Model, given.Clean.Tuning, given.Seed, given.Cancel);
        int[] cleanLabels = [.. given.Clean.Tuning.Images.Labels];
        int samples = given.Labels.Count + cleanLabels.Length;
        bool[][] starts = [.. Enumerable.Range(0, Restarts).Select(restart =>
        {
            RandomStream stream = RandomStream.For(given.Seed, "scan-start", restart);
            return Enumerable.Range(0, samples).Select(_ => stream.NextBool()).ToArray();
        })];
        given.Progress(0.5);
        ScanTest test = ScanTest.Of(features, given.Labels, clean, cleanLabels, given.Classes, starts, given.Cancel);
        return test.Verdict(Theta, Whole);
    }
}
