using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// A set of CIFAR on disk, in any of three layouts: the official binary and python batches, as folders or as the published
/// <c>.tar.gz</c>, and parquet files.
/// </summary>
internal static class CifarFiles
{
    private const string Parquet = "parquet (Hugging Face)";

    private static readonly Layout[] Layouts =
    [
        new("binary batches", CifarBinary.Find, CifarBinary.Read),
        new("python batches", CifarPython.Find, CifarPython.Read),
        new(Parquet, CifarParquet.Find, CifarParquet.Read),
    ];

    /// <summary>Whether <paramref name="path"/> looks like the set; parquet files must also say that they are it.</summary>
    internal static bool Recognises(CifarSet set, string path)
    {
        try
        {
            if (TreeAt(set, path) is not string root) return false;
            if (!Directory.Exists(root)) return true;
            using var tree = new FolderTree(root);
            return LayoutOf(set, tree) is not (Layout layout, _) || layout.Name != Parquet || CifarParquet.Claims(set, tree);
        }
        catch (InputException)
        {
            // Parquet files of one set or another, some of which are missing.
            return false;
        }
    }

    /// <summary>Both splits of the set at the choice's path, and the layout's name.</summary>
    /// <exception cref="InputException">It is not there, or a file is missing or damaged.</exception>
    internal static (ImageSet Train, ImageSet Test, string Layout) Open(CifarSet set, Choice choice)
    {
        string path = StoredOptions.PathOf(choice);
        using FileTree tree = FileTrees.Open(TreeAt(set, path) ?? throw NotHere(set, path));
        (Layout layout, string folder) = LayoutOf(set, tree) ?? throw NotHere(set, path);
        (ImageSet train, ImageSet test) = layout.Read(set, tree, folder);
        return (train, test, $"{set.Title} {layout.Name}");
    }

    // Where to begin: a published archive, the folder of a single batch that was named, or the folder itself.
    private static string? TreeAt(CifarSet set, string path)
    {
        if (File.Exists(path))
        {
            string name = Path.GetFileName(path);
            if (IsArchive(set, path)) return path;
            if (ParquetShards.IsOne(name)) return ParquetShards.RootOf(path);
            bool isPart = set.TrainParts.Count > 1 && name.StartsWith("data_batch_", StringComparison.Ordinal);
            return isPart ? Path.GetDirectoryName(Path.GetFullPath(path)) : null;
        }
        if (!Directory.Exists(path)) return null;
        using var tree = new FolderTree(path);
        return LayoutOf(set, tree) is not null ? path
            : tree.Files("").Select(f => Path.Combine(path, f)).FirstOrDefault(f => IsArchive(set, f));
    }

    // As published, or as a browser names a second download: cifar-10-python (1).tar.gz.
    private static bool IsArchive(CifarSet set, string file)
    {
        string name = Path.GetFileName(file);
        return new[] { "-binary", "-python" }.Any(kind => name.StartsWith(set.Archives + kind, StringComparison.Ordinal))
            && (name.EndsWith(".tar.gz", StringComparison.Ordinal) || name.EndsWith(".tgz", StringComparison.Ordinal));
    }

    private static (Layout Layout, string Folder)? LayoutOf(CifarSet set, FileTree tree)
    {
        foreach (Layout layout in Layouts)
            if (layout.Find(set, tree) is string folder) return (layout, folder);
        return null;
    }

    private static InputException NotHere(CifarSet set, string path) => new(path, $"{set.Title} is not here; expected "
        + $"{set.FilesIn(".bin")}, {set.FilesIn("")}, or parquet files called train and test, in it or one folder down");

    private sealed record Layout(string Name, Func<CifarSet, FileTree, string?> Find,
        Func<CifarSet, FileTree, string, (ImageSet Train, ImageSet Test)> Read);
}
