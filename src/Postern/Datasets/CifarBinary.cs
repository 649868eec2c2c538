using System.Text;

namespace Postern.Datasets;

/// <summary>
/// CIFAR-10's official binary layout: <c>data_batch_1.bin</c> to <c>5</c> and <c>test_batch.bin</c>, each a row of records of one
/// label byte and 3,072 bytes of pixels, red plane first. Their number comes from the file's size.
/// </summary>
internal static class CifarBinary
{
    private const int RecordBytes = 1 + CifarPart.PictureBytes;

    /// <summary>The folder in <paramref name="tree"/> that holds this layout, or null.</summary>
    internal static string? Find(FileTree tree) =>
        new[] { "", "cifar-10-batches-bin/" }.FirstOrDefault(folder => tree.Contains(folder + "data_batch_1.bin"));

    /// <summary>Both splits.</summary>
    internal static (ImageSet Train, ImageSet Test) Read(FileTree tree, string folder)
    {
        IReadOnlyList<string> names = ClassNames(tree, folder + "batches.meta.txt");
        CifarPart[] train = [.. Enumerable.Range(1, 5).Select(i => Batch(tree, $"{folder}data_batch_{i}.bin", names.Count))];
        CifarPart[] test = [Batch(tree, folder + "test_batch.bin", names.Count)];
        return (CifarPart.Join(train, names, tree.Root), CifarPart.Join(test, names, tree.Root));
    }

    private static CifarPart Batch(FileTree tree, string file, int classes)
    {
        if (!tree.Contains(file))
            throw tree.Missing(file, "the binary layout has data_batch_1.bin to data_batch_5.bin and test_batch.bin");
        byte[] data = tree.Read(file);
        string source = tree.Describe(file);
        if (data.Length == 0 || data.Length % RecordBytes != 0)
            throw new InputException(source,
                $"has {data.Length} bytes, expected a multiple of {RecordBytes}; it is cut short or another format");
        int count = data.Length / RecordBytes;
        byte[] pixels = new byte[count * CifarPart.PictureBytes];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = data[i * RecordBytes];
            if (labels[i] >= classes)
                throw new InputException(source, $"record {i} has label {labels[i]}, expected 0 to {classes - 1}");
            data.AsSpan(i * RecordBytes + 1, CifarPart.PictureBytes).CopyTo(pixels.AsSpan(i * CifarPart.PictureBytes));
        }
        string name = Path.GetFileName(file);
        return new CifarPart(pixels, labels, i => $"{name}#{i}");
    }

    private static IReadOnlyList<string> ClassNames(FileTree tree, string file)
    {
        if (!tree.Contains(file)) return CifarPart.ClassNames;
        string[] names = Encoding.UTF8.GetString(tree.Read(file))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length == CifarPart.ClassNames.Count ? names
            : throw new InputException(tree.Describe(file),
                $"names {names.Length} classes, expected {CifarPart.ClassNames.Count}");
    }
}
