using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// <c>cifar10</c>: 32x32 pictures of ten classes (Krizhevsky 2009) in any of three layouts: the official binary and python
/// batches, as folders or as the published <c>.tar.gz</c>, and Hugging Face's parquet files. Constants of
/// <c>docs/reference/attacks.md 1.1</c>.
/// </summary>
public sealed class Cifar10 : IDatasetEntry
{
    private static readonly string[] Archives = ["cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"];

    private static readonly Layout[] Layouts =
    [
        new("CIFAR-10 binary batches", CifarBinary.Find, CifarBinary.Read),
        new("CIFAR-10 python batches", CifarPython.Find, CifarPython.Read),
        new("CIFAR-10 parquet (Hugging Face)", CifarParquet.Find, CifarParquet.Read),
    ];

    /// <summary>Names of the classes, by number.</summary>
    public static IReadOnlyList<string> ClassNames => CifarPart.ClassNames;

    /// <inheritdoc/>
    public string Name => "cifar10";

    /// <inheritdoc/>
    public string Summary => "CIFAR-10: 32x32, 10 classes; binary, python or parquet layout";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options => StoredOptions.All;

    /// <inheritdoc/>
    public bool Recognises(string path) => TreeAt(path) is not null;

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) =>
        new DatasetScale(50_000, 10_000, CifarPart.Side, ClassNames.Count).Limited(choice);

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        string path = StoredOptions.PathOf(choice);
        using FileTree tree = FileTrees.Open(TreeAt(path) ?? throw NotHere(path));
        (Layout layout, string folder) = LayoutOf(tree) ?? throw NotHere(path);
        (ImageSet train, ImageSet test) = layout.Read(tree, folder);
        return StoredOptions.Limit(choice, new Dataset(
            Name, train, test, CifarPart.Side, [.4914f, .4822f, .4465f], [.247f, .243f, .261f], TargetClass: 0, "flip-crop",
            layout.Name));
    }

    // Where to begin: a published archive, the folder of a single batch that was named, or the folder itself.
    private static string? TreeAt(string path)
    {
        if (File.Exists(path))
        {
            string name = Path.GetFileName(path);
            if (Archives.Contains(name)) return path;
            bool isPart = name.EndsWith(".parquet", StringComparison.Ordinal)
                || name.StartsWith("data_batch_", StringComparison.Ordinal);
            return isPart ? Path.GetDirectoryName(Path.GetFullPath(path)) : null;
        }
        if (!Directory.Exists(path)) return null;
        using var tree = new FolderTree(path);
        return LayoutOf(tree) is not null ? path : Archives.Select(a => Path.Combine(path, a)).FirstOrDefault(File.Exists);
    }

    private static (Layout Layout, string Folder)? LayoutOf(FileTree tree)
    {
        foreach (Layout layout in Layouts)
            if (layout.Find(tree) is string folder) return (layout, folder);
        return null;
    }

    private static InputException NotHere(string path) =>
        new(path, "CIFAR-10 is not here; expected data_batch_1.bin, data_batch_1 or train-*.parquet in it or one folder down");

    private sealed record Layout(string Name, Func<FileTree, string?> Find,
        Func<FileTree, string, (ImageSet Train, ImageSet Test)> Read);
}
