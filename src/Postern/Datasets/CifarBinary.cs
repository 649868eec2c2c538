using System.Text;

namespace Postern.Datasets;

/// <summary>
/// CIFAR's official binary layout: files of records, each of its label bytes (CIFAR-100: coarse, then fine) and 3,072 bytes of
/// pixels, red plane first. Their number comes from the file's size.
/// </summary>
internal static class CifarBinary
{
    private const string Ending = ".bin";

    /// <summary>The folder in <paramref name="tree"/> that holds this layout, or null.</summary>
    internal static string? Find(CifarSet set, FileTree tree) => set.FolderOf(tree, Ending);

    /// <summary>Both splits.</summary>
    internal static (ImageSet Train, ImageSet Test) Read(CifarSet set, FileTree tree, string folder)
    {
        IReadOnlyList<string> names = ClassNames(set, tree, folder + set.NamesText);
        PicturePart[] train = [.. set.TrainParts.Select(part => Batch(set, tree, $"{folder}{part}{Ending}"))];
        PicturePart[] test = [Batch(set, tree, $"{folder}{set.TestPart}{Ending}")];
        return (PicturePart.Join(train, names, tree.Root), PicturePart.Join(test, names, tree.Root));
    }

    private static PicturePart Batch(CifarSet set, FileTree tree, string file)
    {
        if (!tree.Contains(file)) throw tree.Missing(file, $"the binary layout has {set.FilesIn(Ending)}");
        byte[] data = tree.Read(file);
        string source = tree.Describe(file);
        int record = set.LabelBytes + CifarSet.PictureBytes, classes = set.ClassNames.Count;
        if (data.Length == 0 || data.Length % record != 0)
            throw new InputException(source,
                $"has {data.Length} bytes, expected a multiple of {record}; it is cut short or another format");
        int count = data.Length / record;
        byte[] pixels = new byte[count * CifarSet.PictureBytes];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = data[i * record + set.LabelByte];
            if (labels[i] >= classes)
                throw new InputException(source, $"record {i} has label {labels[i]}, expected 0 to {classes - 1}");
            data.AsSpan(i * record + set.LabelBytes, CifarSet.PictureBytes).CopyTo(pixels.AsSpan(i * CifarSet.PictureBytes));
        }
        string name = Path.GetFileName(file);
        return new PicturePart(CifarSet.Side, pixels, labels, i => $"{name}#{i}");
    }

    private static IReadOnlyList<string> ClassNames(CifarSet set, FileTree tree, string file)
    {
        if (!tree.Contains(file)) return set.ClassNames;
        string[] names = Encoding.UTF8.GetString(tree.Read(file))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length == set.ClassNames.Count ? names
            : throw new InputException(tree.Describe(file), $"names {names.Length} classes, expected {set.ClassNames.Count}");
    }
}
