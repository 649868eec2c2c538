namespace Postern.Datasets;

/// <summary>
/// CIFAR in parquet files, as published on Hugging Face or in any other of <see cref="ParquetShards"/>' layouts: pictures of
/// 32x32 (PNG or JPEG) and a column of labels.
/// </summary>
internal static class CifarParquet
{
    /// <summary>The folder in <paramref name="tree"/> that holds this layout, or null.</summary>
    internal static string? Find(CifarSet set, FileTree tree) => ParquetShards.Find(tree, set.ParquetFolders)?.Folder;

    /// <summary>
    /// Whether the files say that they are this set: by the names of their classes, or, where they name none, by the name of
    /// the label's column and, for <c>label</c>, which all sets have, by that of the pictures.
    /// </summary>
    internal static bool Claims(CifarSet set, FileTree tree)
    {
        try
        {
            if (ParquetShards.Find(tree, set.ParquetFolders) is not ParquetShards shards) return false;
            string file = shards.Train.Concat(shards.Test).MinBy(tree.LengthOf)!;
            ParquetFeatures features = ParquetFeatures.Of(tree.Read(file), tree.Describe(file), set.Columns);
            if (features.ClassNames is { Count: > 0 } names) return names.SequenceEqual(set.ClassNames);
            return set.Columns.Contains(ParquetFeatures.Name(features.Label))
                && (set.Columns[0] != "label" || ParquetFeatures.Name(features.Picture) == "img/bytes");
        }
        catch (InputException)
        {
            // Not these files; whoever opens them says what is wrong.
            return false;
        }
    }

    /// <summary>Both splits.</summary>
    internal static (ImageSet Train, ImageSet Test) Read(CifarSet set, FileTree tree, string folder)
    {
        ParquetShards shards = ParquetShards.Find(tree, [folder])!;
        if (shards.Test.Count == 0)
            throw tree.Missing($"{folder}test-00000-of-00001.parquet", "the parquet layout has train and test files");
        return (Split(shards.Train), Split(shards.Test));

        MemoryImageSet Split(IReadOnlyList<string> files) =>
            PicturePart.Join([.. files.SelectMany(s => Parts(set, tree.Read(s), tree.Describe(s)))], set.ClassNames, tree.Root);
    }

    /// <summary>The pictures of one file, row group by row group.</summary>
    /// <exception cref="InputException">Anything wrong with the file; the message names it and, where there is one, the
    /// row.</exception>
    internal static List<PicturePart> Parts(CifarSet set, byte[] file, string source) =>
        new PictureParquet(set.Columns, set.ClassNames.Count, CifarSet.Side, resizes: false).Parts(file, source);
}
