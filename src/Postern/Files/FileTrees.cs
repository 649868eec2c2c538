namespace Postern.Files;

/// <summary>The kinds of <see cref="FileTree"/>, told apart by name.</summary>
internal static class FileTrees
{
    /// <summary>Opens a folder, a <c>.zip</c> or a <c>.tar.gz</c>.</summary>
    /// <exception cref="InputException">It cannot be read, or is another kind of file.</exception>
    internal static FileTree Open(string path)
    {
        if (Directory.Exists(path)) return new FolderTree(path);
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) return new ZipTree(path);
        if (path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase))
            return new TarTree(path);
        throw new InputException(path, "neither a folder nor a .zip or .tar.gz archive");
    }
}
