namespace Postern.Files;

/// <summary>A folder on disk. Links are followed.</summary>
/// <param name="root">The folder.</param>
/// <param name="clock">Tells how old a file is when it is read; null for the system's.</param>
internal sealed class FolderTree(string root, TimeProvider? clock = null) : FileTree(root)
{
    private readonly FolderChecksums checksums = new(root, clock ?? TimeProvider.System);

    internal override IReadOnlyList<string> Folders(string folder)
    {
        string path = PathOf(folder);
        if (!Directory.Exists(path)) return [];
        string[] names = Reading(path, () => Directory.GetDirectories(path).Select(d => Path.GetFileName(d)).ToArray());
        Array.Sort(names, string.CompareOrdinal);
        return names;
    }

    internal override IReadOnlyList<string> Files(string folder)
    {
        string path = PathOf(folder);
        if (!Directory.Exists(path)) return [];
        string[] names = Reading(path, () => Directory.GetFiles(path));
        for (int i = 0; i < names.Length; i++)
            names[i] = Path.GetRelativePath(Root, names[i]).Replace(Path.DirectorySeparatorChar, '/');
        Array.Sort(names, string.CompareOrdinal);
        return names;
    }

    internal override bool Contains(string file) => File.Exists(PathOf(file));

    internal override long LengthOf(string file)
    {
        var info = new FileInfo(PathOf(file));
        return info.Exists ? info.Length : throw NotThere(file);
    }

    internal override byte[] Read(string file)
    {
        FileStamp stamp = FileStamp.Of(PathOf(file)) ?? throw NotThere(file);
        if (stamp.Length > LargestFile)
            throw new InputException(Describe(file), $"the file is larger than {LargestFile} bytes");
        return Reading(PathOf(file), () => File.ReadAllBytes(PathOf(file)));
    }

    internal override bool TryContent(string file, out FileContent content)
    {
        FileStamp stamp = FileStamp.Of(PathOf(file)) ?? throw NotThere(file);
        bool known = checksums.TryFind(file, stamp, out uint checksum);
        content = new FileContent(stamp.Length, checksum);
        return known;
    }

    internal override byte[] Read(string file, out FileContent content)
    {
        FileStamp? before = FileStamp.Of(PathOf(file));
        byte[] bytes = Read(file);
        content = FileContent.Of(bytes);
        // A file that is being written to has no stamp that stands for these bytes.
        if (before is FileStamp stamp && stamp == FileStamp.Of(PathOf(file)) && stamp.Length == bytes.Length)
            checksums.Learn(file, stamp, content.Checksum);
        return bytes;
    }

    internal override void Remember() => checksums.Save();

    internal override void Recall() => checksums.Reload();

    internal override string Describe(string file) => PathOf(file);

    private InputException NotThere(string file)
    {
        string path = PathOf(file);
        return new InputException(Describe(file),
            new FileInfo(path).LinkTarget is string target
                ? $"is a link to {target}, where there is no file; remove it or bring the file back"
            : File.Exists(path) ? "is no ordinary file" : "there is no such file");
    }

    private string PathOf(string name) => Path.Combine(Root, name);

    private static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read: {e.Message}", e);
        }
    }
}
