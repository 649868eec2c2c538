namespace Postern.Files;

/// <summary>A folder on disk. Links are followed.</summary>
internal sealed class FolderTree(string root) : FileTree(root)
{
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
        return info.Exists ? info.Length : throw new InputException(info.FullName, "there is no such file");
    }

    internal override byte[] Read(string file)
    {
        if (LengthOf(file) > LargestFile)
            throw new InputException(Describe(file), $"the file is larger than {LargestFile} bytes");
        return Reading(PathOf(file), () => File.ReadAllBytes(PathOf(file)));
    }

    internal override string Describe(string file) => PathOf(file);

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
