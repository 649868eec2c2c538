namespace Postern.Files;

/// <summary>The kinds of <see cref="FileTree"/>, told apart by name.</summary>
internal static class FileTrees
{
    /// <summary>Opens a folder, a <c>.zip</c> or a <c>.tar.gz</c>.</summary>
    /// <exception cref="InputException">It cannot be read, or is another kind of file.</exception>
    internal static FileTree Open(string path)
    {
        if (Directory.Exists(path)) return new FolderTree(path);
        if (IsZip(path)) return new ZipTree(path);
        if (IsTar(path)) return new TarTree(path);
        throw new InputException(path, "neither a folder nor a .zip or .tar.gz archive");
    }

    /// <summary>Whether <paramref name="path"/> is a file with the name of an archive that is read.</summary>
    internal static bool IsArchive(string path) => File.Exists(path) && (IsZip(path) || IsTar(path));

    private static bool IsZip(string path) => path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    private static bool IsTar(string path) => path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);
}
