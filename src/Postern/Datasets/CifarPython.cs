using System.Text;

namespace Postern.Datasets;

/// <summary>
/// CIFAR-10's official python layout: <c>data_batch_1</c> to <c>5</c>, <c>test_batch</c> and <c>batches.meta</c>, each a pickled
/// dictionary; <c>data</c> is a numpy array of bytes [N, 3072], red plane first, and <c>labels</c> a list.
/// </summary>
internal static class CifarPython
{
    /// <summary>The folder in <paramref name="tree"/> that holds this layout, or null.</summary>
    internal static string? Find(FileTree tree) =>
        new[] { "", "cifar-10-batches-py/" }.FirstOrDefault(folder => tree.Contains(folder + "data_batch_1"));

    /// <summary>Both splits.</summary>
    internal static (ImageSet Train, ImageSet Test) Read(FileTree tree, string folder)
    {
        IReadOnlyList<string> names = ClassNames(tree, folder + "batches.meta");
        CifarPart[] train = [.. Enumerable.Range(1, 5).Select(i => Batch(tree, $"{folder}data_batch_{i}", names.Count))];
        CifarPart[] test = [Batch(tree, folder + "test_batch", names.Count)];
        return (CifarPart.Join(train, names, tree.Root), CifarPart.Join(test, names, tree.Root));
    }

    private static CifarPart Batch(FileTree tree, string file, int classes)
    {
        if (!tree.Contains(file)) throw tree.Missing(file, "the python layout has data_batch_1 to data_batch_5 and test_batch");
        string source = tree.Describe(file);
        OrderedDictionary<string, object?> batch = Dictionary(tree, file);
        if (batch.GetValueOrDefault("data") is not PickledBytes { Shape: [var count, CifarPart.PictureBytes] } data || count == 0)
            throw new InputException(source, $"has no 'data' of N x {CifarPart.PictureBytes} bytes");
        if (batch.GetValueOrDefault("labels") is not List<object?> stored || stored.Count != count)
            throw new InputException(source, $"has no list 'labels' of {count}, one to each picture");
        int[] labels = new int[count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = stored[i] is long label and >= 0 && label < classes ? (int)label
                : throw new InputException(source, $"label {i} is {stored[i] ?? "None"}, expected 0 to {classes - 1}");
        }
        string name = Path.GetFileName(file);
        string?[] files = batch.GetValueOrDefault("filenames") is List<object?> all ? [.. all.Select(Text)] : [];
        return new CifarPart(data.Values.ToArray(), labels, i => files.ElementAtOrDefault(i) ?? $"{name}#{i}");
    }

    private static IReadOnlyList<string> ClassNames(FileTree tree, string file)
    {
        if (!tree.Contains(file)) return CifarPart.ClassNames;
        string[]? names = (Dictionary(tree, file).GetValueOrDefault("label_names") as List<object?>)?.Select(n => Text(n) ?? "")
            .ToArray();
        return names?.Length == CifarPart.ClassNames.Count ? names
            : throw new InputException(tree.Describe(file), $"has no list 'label_names' of {CifarPart.ClassNames.Count} classes");
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
