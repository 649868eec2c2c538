using Postern.Kernels;

namespace Postern.Datasets;

/// <summary>
/// The clean, labelled pictures that a defender holds: a share of the training split, every class at its share, drawn from a seed
/// and the labels alone. All defences of a dataset get the same ones, so that they are compared on the same data. The pictures
/// are clean copies, whatever an attack does in training with pictures of the same indices; the test split stays whole.
/// </summary>
/// <param name="Seed">Decides which.</param>
/// <param name="Share">Share of the training split, exact.</param>
/// <param name="Fingerprint">Fingerprint of the training split that the indices belong to.</param>
/// <param name="Tuning">Indices of the pictures to learn from, ascending.</param>
/// <param name="Validation">
/// Indices of those to choose thresholds and hyper-parameters by, ascending; none is among <paramref name="Tuning"/>.
/// </param>
public sealed record CleanSplit(
    long Seed, decimal Share, string Fingerprint, IReadOnlyList<int> Tuning, IReadOnlyList<int> Validation)
{
    /// <summary>The share that the field's benchmarks give a defender.</summary>
    public const decimal UsualShare = 0.05m;

    private const int ValidationPart = 5;

    /// <summary>Draws it: a fifth of the share, at least one picture, is for validation.</summary>
    /// <param name="train">The training split.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="share">Share of the split, above 0 and at most 1; at least two pictures are taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share outside its range, or a split of less than two pictures.</exception>
    public static CleanSplit Draw(ImageSet train, long seed = 0, decimal share = UsualShare)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(train.Count, 2);
        // Seeds of its own: a dataset that is cut down by the same number must not decide who is held here.
        RandomStream stream = RandomStream.For(seed, "clean-split");
        long whom = (long)stream.NextUInt64(), which = (long)stream.NextUInt64();
        int[] held = SubsetImageSet.Stratified(train.Labels, Math.Max(2, (int)(train.Count * share)), whom);
        int[] labels = Array.ConvertAll(held, i => train.Labels[i]);
        int[] validation = SubsetImageSet.Stratified(labels, Math.Max(1, held.Length / ValidationPart), which);
        int[] chosen = Array.ConvertAll(validation, i => held[i]);
        return new CleanSplit(seed, share, train.Fingerprint, [.. held.Except(chosen)], chosen);
    }
}
