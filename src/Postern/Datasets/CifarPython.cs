using System.Text;

namespace Postern.Datasets;

/// <summary>
/// CIFAR's official python layout: pickled dictionaries, whose <c>data</c> is a numpy array of bytes [N, 3072], red plane first,
/// and whose labels are a list, as Python 2 wrote them or as Python 3 writes them again: the pictures as [N, 3, 32, 32] or
/// [N, 32, 32, 3], too, the labels as an array or as numpy's numbers.
/// </summary>
internal static class CifarPython
{
    /// <summary>The folder in <paramref name="tree"/> that holds this layout, or null.</summary>
    internal static string? Find(CifarSet set, FileTree tree) => set.FolderOf(tree, "");

    /// <summary>Both splits.</summary>
    internal static (ImageSet Train, ImageSet Test) Read(CifarSet set, FileTree tree, string folder)
    {
        IReadOnlyList<string> names = ClassNames(set, tree, folder + set.Meta);
        PicturePart[] train = [.. set.TrainParts.Select(part => Batch(set, tree, folder + part))];
        PicturePart[] test = [Batch(set, tree, folder + set.TestPart)];
        return (PicturePart.Join(train, names, tree.Root), PicturePart.Join(test, names, tree.Root));
    }

    private static PicturePart Batch(CifarSet set, FileTree tree, string file)
    {
        if (!tree.Contains(file)) throw tree.Missing(file, $"the python layout has {set.FilesIn("")}");
        string source = tree.Describe(file);
        OrderedDictionary<string, object?> batch = Dictionary(tree, file);
        byte[] pixels = Pixels(batch.GetValueOrDefault("data"), source);
        int count = pixels.Length / CifarSet.PictureBytes, classes = set.ClassNames.Count;
        string key = set.Labels.FirstOrDefault(batch.ContainsKey) ?? set.Labels[0];
        if (Integers(batch.GetValueOrDefault(key)) is not object?[] stored || stored.Length != count)
            throw new InputException(source, $"has no list '{key}' of {count}, one to each picture");
        int[] labels = new int[count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = stored[i] is long label and >= 0 && label < classes ? (int)label
                : throw new InputException(source, $"label {i} is {stored[i] ?? "None"}, expected 0 to {classes - 1}");
        }
        string name = Path.GetFileName(file);
        string?[] files = batch.GetValueOrDefault("filenames") is List<object?> all ? [.. all.Select(Text)] : [];
        return new PicturePart(CifarSet.Side, pixels, labels, i => files.ElementAtOrDefault(i) ?? $"{name}#{i}");
    }

    private static byte[] Pixels(object? data, string source)
    {
        const int side = CifarSet.Side;
        if (data is not PickledArray array || array.Type is null)
            throw new InputException(source, $"has no 'data' of N x {CifarSet.PictureBytes} bytes");
        bool planes = array.Shape is [> 0, CifarSet.PictureBytes] or [> 0, 3, side, side];
        if ((!planes && array.Shape is not [> 0, side, side, 3]) || array.ToBytes() is not byte[] pixels)
        {
            throw new InputException(source, $"has 'data' of {array.Description}, "
                + $"expected unsigned bytes, u1[N, {CifarSet.PictureBytes}] (or u1[N, 3, 32, 32], u1[N, 32, 32, 3])");
        }
        return planes ? pixels : Planes(pixels);
    }

    // [N, H, W, 3] to [N, 3, H, W].
    private static byte[] Planes(byte[] interleaved)
    {
        const int plane = CifarSet.Side * CifarSet.Side;
        byte[] planes = new byte[interleaved.Length];
        for (int i = 0; i < interleaved.Length; i++)
        {
            (int picture, int within) = Math.DivRem(i, 3 * plane);
            planes[3 * plane * picture + within % 3 * plane + within / 3] = interleaved[i];
        }
        return planes;
    }

    private static object?[]? Integers(object? labels) => labels switch
    {
        List<object?> list => [.. list],
        object?[] tuple => tuple,
        PickledArray array => array.ToIntegers() is long[] numbers ? [.. numbers.Select(n => (object?)n)] : null,
        _ => null,
    };

    private static IReadOnlyList<string> ClassNames(CifarSet set, FileTree tree, string file)
    {
        if (!tree.Contains(file)) return set.ClassNames;
        string[]? names = (Dictionary(tree, file).GetValueOrDefault(set.NamesKey) as List<object?>)?.Select(n => Text(n) ?? "")
            .ToArray();
        return names?.Length == set.ClassNames.Count ? names
            : throw new InputException(tree.Describe(file), $"has no list '{set.NamesKey}' of {set.ClassNames.Count} classes");
    }

    private static OrderedDictionary<string, object?> Dictionary(FileTree tree, string file) =>
        Pickle.Read(tree.Read(file), tree.Describe(file)) as OrderedDictionary<string, object?>
            ?? throw new InputException(tree.Describe(file), "the pickle is no dictionary");

    private static string? Text(object? value) => value switch
    {
        string text => text,
        ReadOnlyMemory<byte> bytes => Encoding.Latin1.GetString(bytes.Span),
        _ => null,
    };
}
