using static TorchSharp.torch;

namespace Postern.Defences.TrainingRules;

/// <summary>
/// The losses of ABL (Li et al. 2021; <c>docs/reference/defences.md 7</c>), all of a batch's mean: samples whose loss falls
/// faster than the others' then fall alone.
/// </summary>
internal static class AblLoss
{
    /// <summary>|l - b| + b: below b the loss rises again.</summary>
    public static Tensor Flooding(Tensor losses, double level) => (losses.mean() - level).abs() + level;

    /// <summary>sign(l - gamma) l, local gradient ascent; the sign has no gradient of its own.</summary>
    public static Tensor LocalAscent(Tensor losses, double level)
    {
        Tensor mean = losses.mean();
        return (mean - level).sign().detach() * mean;
    }

    /// <summary>-l: what was isolated is unlearnt.</summary>
    public static Tensor Ascent(Tensor losses) => -losses.mean();

    /// <summary>
    /// The samples with the lowest loss, by rising loss: int(n share) of them, the product being truncated in double precision,
    /// so that 0.29 of 100 are 28.
    /// </summary>
    public static int[] Isolated<T>(IReadOnlyList<T> losses, double share) =>
        [.. Enumerable.Range(0, losses.Count).OrderBy(i => losses[i]).Take((int)(losses.Count * share))];
}
