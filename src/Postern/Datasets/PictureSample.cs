using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>The sizes of a few pictures of a split, from which a size for the whole is proposed.</summary>
/// <param name="Sizes">Width and height of each.</param>
internal sealed record PictureSample(IReadOnlyList<(int Width, int Height)> Sizes)
{
    // Larger ones are photographs, which the models of 224x224 are made for.
    private const int LargestSmall = 128;

    private const int FoldersLookedAt = 8;

    /// <summary>How many could be looked at.</summary>
    internal int Count => Sizes.Count;

    /// <summary>Whether all are squares of one small size, as in sets that are kept at the model's input.</summary>
    internal bool IsSmall => Sizes.Count > 0 && Sizes.Distinct().Count() == 1 && Sizes[0].Width == Sizes[0].Height
        && Sizes[0].Width <= LargestSmall;

    /// <summary>The side that is proposed for the model's input.</summary>
    internal int Side
    {
        get
        {
            if (IsSmall) return Sizes[0].Width;
            int[] sides = [.. Sizes.Select(s => Math.Min(s.Width, s.Height)).Order()];
            return sides.Length == 0 ? 224 : sides[sides.Length / 2] switch
            {
                <= 48 => 32,
                <= 96 => 64,
                _ => 224,
            };
        }
    }

    /// <summary>
    /// The first picture of each of the first class folders of <paramref name="split"/>, or of the split itself.
    /// </summary>
    internal static PictureSample Of(FileTree tree, string split)
    {
        var sizes = new List<(int, int)>();
        string[] folders = [.. tree.Folders(split).Take(FoldersLookedAt).Select(f => FolderListing.Join(split, f)), split];
        foreach (string folder in folders)
        {
            string? first = tree.Walk(folder).SelectMany(l => l.Files).FirstOrDefault(f => PictureKind.HasEnding(f));
            if (first is null || SizeOf(tree, first) is not (int, int) size) continue;
            sizes.Add(size);
            if (sizes.Count == FoldersLookedAt) break;
        }
        return new PictureSample(sizes);
    }

    /// <summary>The first of <paramref name="files"/>.</summary>
    internal static PictureSample Of(FileTree tree, IEnumerable<string> files) =>
        new([.. files.Take(FoldersLookedAt).Select(f => SizeOf(tree, f)).OfType<(int, int)>()]);

    private static (int Width, int Height)? SizeOf(FileTree tree, string file)
    {
        try
        {
            return ImageFile.SizeOf(tree.Read(file), file);
        }
        catch (InputException)
        {
            // Found again, and told, when the set is read.
            return null;
        }
    }
}
