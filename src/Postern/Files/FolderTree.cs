using System.IO.Enumeration;

namespace Postern.Files;

/// <summary>A folder on disk. Links are followed.</summary>
/// <param name="root">The folder.</param>
/// <param name="clock">Tells how old a file is when it is read; null for the system's.</param>
internal sealed class FolderTree(string root, TimeProvider? clock = null) : FileTree(root)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false },
        AllButLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    private readonly FolderChecksums checksums = new(root, clock ?? TimeProvider.System);

    private enum Kind { File, Folder, Broken }

    internal override FolderListing List(string folder)
    {
        string path = PathOf(folder);
        if (!Directory.Exists(path)) return new FolderListing(folder, [], [], [], []);
        return Reading(path, () =>
        {
            List<string> folders = [], files = [], hidden = [], broken = [];
            foreach ((string name, Kind kind) in Entries(path))
            {
                string whole = FolderListing.Join(folder, name);
                if (HiddenName.Is(name)) hidden.Add(whole);
                else if (kind == Kind.Folder) folders.Add(name);
                else (kind == Kind.File ? files : broken).Add(whole);
            }
            foreach (List<string> names in new[] { folders, files, hidden, broken }) names.Sort(string.CompareOrdinal);
            return new FolderListing(folder, folders, files, hidden, broken);
        });
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

    internal override byte[] Head(string file, int count) => Reading(PathOf(file), () =>
    {
        using FileStream stream = File.OpenRead(PathOf(file));
        return HeadOf(stream, count);
    });

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

    // Made of names and of what links say, not of the path walked along, which grows with every round of a circle.
    protected override string RealPath(string folder, string? above = null)
    {
        string path = PathOf(folder);
        string real = above is null ? Path.GetFullPath(path) : Path.Combine(above, Path.GetFileName(path));
        return new DirectoryInfo(path).LinkTarget is string target
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(target, Path.GetDirectoryName(real) ?? real)) : real;
    }

    private string PathOf(string name) => Path.Combine(Root, name);

    // What a directory says of its entries is enough: only links cost a look at each, at what they point to.
    private static IEnumerable<(string Name, Kind Kind)> Entries(string path)
    {
        (string Name, bool IsFolder)[] all = [.. Listed(path, Everything)];
        HashSet<string>? plain = Listed(path, AllButLinks).Count() == all.Length
            ? null : Listed(path, AllButLinks).Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        foreach ((string name, bool isFolder) in all)
        {
            bool broken = !isFolder && plain?.Contains(name) == false && !Leads(Path.Combine(path, name));
            yield return (name, isFolder ? Kind.Folder : broken ? Kind.Broken : Kind.File);
        }
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder)> Listed(string path, EnumerationOptions which) =>
        new(path, (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory), which);

    // A link to nothing exists for File.Exists.
    private static bool Leads(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: true)?.Exists == true;
        }
        catch (IOException)
        {
            // A circle of links.
            return false;
        }
    }

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
