using System.Globalization;

namespace Postern.Datasets;

/// <summary>
/// The classes of an image folder in the order of their numbers: what the folders are called, and what the classes are called.
/// </summary>
/// <param name="Folders">Name of each class's folder.</param>
/// <param name="Names">Readable name of each class; its folder's where there is none.</param>
/// <param name="Source">What fixes the classes, for errors: a file, or <c>train/</c>.</param>
internal sealed record ClassList(IReadOnlyList<string> Folders, IReadOnlyList<string> Names, string Source)
{
    // Names, not data: a file of this size is something else.
    private const long LargestFile = 16 << 20;

    /// <summary>Classes that are called as their folders.</summary>
    public static ClassList OfFolders(IReadOnlyList<string> folders, string source) => new(folders, folders, source);

    /// <summary>
    /// Reads a text file with a class a line, in the order of their numbers: the folder's name, then (parted by tabs or blanks)
    /// the number, which may be missing and must be the line's, counted from 0, and the readable name, which may be missing.
    /// <c>n01440764 tench, Tinca tinca</c> and <c>n01440764 0 tench</c> are both read.
    /// </summary>
    /// <exception cref="InputException">The file cannot be read or is too large, is empty, has a folder twice or a wrong
    /// number.</exception>
    public static ClassList Read(string path)
    {
        var folders = new List<string>();
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in Lines(path))
        {
            string[] parts = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (parts.Length == 0) continue;
            string where = string.Create(CultureInfo.InvariantCulture, $"{path}: class {folders.Count}");
            if (!known.Add(parts[0])) throw new InputException(where, $"the folder '{parts[0]}' is named twice");
            string name = parts.Length < 2 ? "" : WithoutNumber(parts[1], folders.Count, where);
            folders.Add(parts[0]);
            names.Add(name.Length > 0 ? name : parts[0]);
        }
        if (folders.Count == 0)
            throw new InputException(path,
                "there are no classes in it; it needs a class folder's name at the start of each line");
        return new ClassList(folders, names, path);
    }

    private static string WithoutNumber(string text, int expected, string where)
    {
        string[] parts = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return text;
        if (number != expected)
        {
            throw new InputException(where, string.Create(CultureInfo.InvariantCulture,
                $"the second column says {number}; the classes must stand in the order of their numbers, from 0 without gaps"));
        }
        return parts.Length < 2 ? "" : parts[1];
    }

    private static string[] Lines(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Length <= LargestFile
                ? File.ReadAllLines(path) : throw new InputException(path, "this is too large to be a list of classes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read as a list of classes ({e.Message})", e);
        }
    }
}
