namespace Postern.Datasets;

/// <summary>The pictures of one file of a split of CIFAR-10, decoded.</summary>
/// <param name="Pixels">[N, 3, 32, 32], 0..255.</param>
/// <param name="Labels">[N].</param>
/// <param name="NameOf">Where a picture of this part came from, by its index in the part. It outlives the part, so it must not
/// hold the file.</param>
internal sealed record CifarPart(byte[] Pixels, int[] Labels, Func<int, string> NameOf)
{
    /// <summary>Side of CIFAR-10's pictures.</summary>
    internal const int Side = 32;

    /// <summary>Bytes of one picture.</summary>
    internal const int PictureBytes = 3 * Side * Side;

    /// <summary>Names of CIFAR-10's classes, by number.</summary>
    internal static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>One split of all <paramref name="parts"/>, in their order.</summary>
    internal static MemoryImageSet Join(IReadOnlyList<CifarPart> parts, IReadOnlyList<string> classNames, string source)
    {
        byte[] pixels = MemoryImageSet.NewBlock(parts.Sum(p => (long)p.Labels.Length), Side, source);
        int[] starts = new int[parts.Count];
        Func<int, string>[] names = [.. parts.Select(p => p.NameOf)]; // and not the parts, whose pixels are in the block
        int at = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            starts[i] = at;
            parts[i].Pixels.CopyTo(pixels, (long)at * PictureBytes);
            at += parts[i].Labels.Length;
        }
        return new MemoryImageSet(Side, pixels, [.. parts.SelectMany(p => p.Labels)], classNames, Names(starts, names));
    }

    // A method of its own: what a lambda beside others captures, all of them keep.
    private static Func<int, string> Names(int[] starts, Func<int, string>[] names) => index =>
    {
        int part = Array.FindLastIndex(starts, start => start <= index);
        return names[part](index - starts[part]);
    };
}
