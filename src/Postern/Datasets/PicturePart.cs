namespace Postern.Datasets;

/// <summary>The pictures of one file of a split, decoded.</summary>
/// <param name="Side">Side of the pictures.</param>
/// <param name="Pixels">[N, 3, Side, Side], 0..255.</param>
/// <param name="Labels">[N].</param>
/// <param name="NameOf">Where a picture of this part came from, by its index in the part. It outlives the part, so it must not
/// hold the file.</param>
internal sealed record PicturePart(int Side, byte[] Pixels, int[] Labels, Func<int, string> NameOf)
{
    /// <summary>One split of all <paramref name="parts"/>, in their order; their pictures are of one size.</summary>
    internal static MemoryImageSet Join(IReadOnlyList<PicturePart> parts, IReadOnlyList<string> classNames, string source)
    {
        int side = parts[0].Side;
        byte[] pixels = MemoryImageSet.NewBlock(parts.Sum(p => (long)p.Labels.Length), side, source);
        int[] starts = new int[parts.Count];
        Func<int, string>[] names = [.. parts.Select(p => p.NameOf)]; // and not the parts, whose pixels are in the block
        int at = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            starts[i] = at;
            parts[i].Pixels.CopyTo(pixels, (long)at * MemoryImageSet.BytesPerPicture(side));
            at += parts[i].Labels.Length;
        }
        return new MemoryImageSet(side, pixels, [.. parts.SelectMany(p => p.Labels)], classNames, Names(starts, names));
    }

    // A method of its own: what a lambda beside others captures, all of them keep.
    private static Func<int, string> Names(int[] starts, Func<int, string>[] names) => index =>
    {
        int part = Array.FindLastIndex(starts, start => start <= index);
        return names[part](index - starts[part]);
    };
}
