using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Datasets;

/// <summary>Some pictures of a split, in their order there. Owns the split: disposing one disposes the other.</summary>
public sealed class SubsetImageSet : ImageSet
{
    private readonly ImageSet whole;
    private readonly int[] indices;
    private readonly Lazy<string> fingerprint;

    /// <summary>The pictures of <paramref name="whole"/> at <paramref name="indices"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index outside the split.</exception>
    public SubsetImageSet(ImageSet whole, int[] indices)
        : base(whole.Size, Array.ConvertAll(indices, i => whole.Labels[i]), whole.ClassNames)
    {
        (this.whole, this.indices) = (whole, indices);
        fingerprint = new Lazy<string>(() => whole.FingerprintOf(indices));
    }

    /// <summary>Where each picture lies in the whole split, ascending for a stratified subset.</summary>
    public IReadOnlyList<int> Indices => indices;

    /// <inheritdoc/>
    public override string Fingerprint => fingerprint.Value;

    /// <inheritdoc/>
    public override string? FormerFingerprint => whole.FormerFingerprintOf(indices);

    /// <inheritdoc/>
    public override string FingerprintOf(IReadOnlyList<int> indices) => whole.FingerprintOf(InWhole(indices));

    /// <inheritdoc/>
    public override SweptPictures Sweep(IReadOnlyList<int> indices, PictureSweep sweep)
    {
        int[] inWhole = InWhole(indices);
        SweptPictures swept = whole.Sweep(inWhole, sweep);
        Dictionary<int, int> here = indices.ToDictionary(i => this.indices[i]);
        return swept with { Unreadable = [.. swept.Unreadable.Select(u => u with { Index = here[u.Index] })] };
    }

    /// <inheritdoc/>
    public override void Read(int index, Span<byte> pixels) => whole.Read(indices[index], pixels);

    /// <inheritdoc/>
    public override void Read(int index, PixelBox part, Span<byte> pixels) => whole.Read(indices[index], part, pixels);

    /// <inheritdoc/>
    public override string NameOf(int index) => whole.NameOf(indices[index]);

    /// <inheritdoc/>
    public override void Dispose()
    {
        whole.Dispose();
        base.Dispose();
    }

    private int[] InWhole(IReadOnlyList<int> chosen) => [.. chosen.Select(i => indices[i])];

    /// <summary>
    /// <paramref name="count"/> of the samples with every class at its share of the whole: shares are rounded down and the
    /// rest goes to the largest remainders, the lower class first. Which samples of a class is drawn from the seed.
    /// </summary>
    /// <param name="labels">Class of each sample.</param>
    /// <param name="count">How many, at most all.</param>
    /// <param name="seed">Decides who.</param>
    /// <returns>Indices, ascending.</returns>
    public static int[] Stratified(IReadOnlyList<int> labels, int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, labels.Count);
        if (count == 0) return [];
        int[][] members =
            [.. Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];
        int[] quotas = Array.ConvertAll(members, m => (int)((long)m.Length * count / labels.Count));
        int rest = count - quotas.Sum();
        foreach (int c in Enumerable.Range(0, members.Length)
            .OrderByDescending(c => (long)members[c].Length * count % labels.Count).Take(rest))
            quotas[c]++;

        var chosen = new List<int>(count);
        for (int c = 0; c < members.Length; c++)
        {
            RandomStream stream = RandomStream.For(seed, "subset", labels[members[c][0]]);
            stream.Shuffle(members[c].AsSpan());
            chosen.AddRange(members[c][..quotas[c]]);
        }
        return [.. chosen.Order()];
    }
}
