namespace Postern.Files;

/// <summary>Reads what is a file and nothing else: a pipe or a device in its place would answer never, or for ever.</summary>
internal static class PlainFile
{
    /// <summary>The content of the file at <paramref name="path"/>, links followed.</summary>
    /// <exception cref="InputException">Something else is there, such as a pipe.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        Check(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Whether a path is a folder or lies in it; links are taken as they are written.</summary>
    public static bool IsWithin(string path, string folder)
    {
        string outer = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        string inner = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;
        return Directory.Exists(folder) && inner.StartsWith(outer, StringComparison.Ordinal);
    }

    /// <summary>Refuses what is there and is no file; a path to nothing passes.</summary>
    /// <exception cref="InputException">Something else is there, such as a pipe.</exception>
    public static void Check(string path)
    {
        if (FileStamp.Of(path, out bool isOther) is not null || Directory.Exists(path)) return;
        if (isOther) throw new InputException(path, "is no plain file but a pipe, a device or the like; it is not read");
        if (new FileInfo(path) is { LinkTarget: not null } link
            && link.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true })
            throw new InputException(path, "is a link to nothing; delete it");
    }
}
