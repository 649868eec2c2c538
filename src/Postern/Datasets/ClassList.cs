using System.Globalization;

namespace Postern.Datasets;

/// <summary>
/// The classes of an image folder in the order of their numbers: what the folders are called, and what the classes are called.
/// Names are compared in NFC, so that one that was written on another system is the same.
/// </summary>
/// <param name="Folders">Name of each class's folder.</param>
/// <param name="Names">Readable name of each class; its folder's where there is none.</param>
/// <param name="Source">What fixes the classes, for errors: a file, or <c>train/</c>.</param>
internal sealed record ClassList(IReadOnlyList<string> Folders, IReadOnlyList<string> Names, string Source)
{
    // Names, not data: a file of this size is something else.
    private const long LargestFile = 16 << 20;

    private readonly Dictionary<string, int> numbers =
        Folders.Select((name, number) => (name, number)).ToDictionary(c => c.name.Normalize(), c => c.number);

    /// <summary>What may surprise about the numbers, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Classes that are called as their folders; folders whose names look equal are one class.</summary>
    public static ClassList OfFolders(IReadOnlyList<string> folders, string source)
    {
        string[] distinct = [.. folders.DistinctBy(f => f.Normalize())];
        var notes = new List<string>();
        if (distinct.Length < folders.Count)
        {
            string twice = folders.GroupBy(f => f.Normalize()).First(g => g.Count() > 1).Key;
            notes.Add($"class folders of equal-looking names, such as '{twice}', are one class");
        }
        if (SortUnlikeNumbers(distinct) is int first)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"the class folders are numbers, but sorted as text: class {first} is folder '{distinct[first]}', so that "
                + $"target: {first} means that folder; a list in the order of the numbers for the option 'classes' changes it"));
        }
        return new ClassList(distinct, distinct, source) { Notes = notes };
    }

    /// <summary>The number of the class in a folder of this name; null where there is none.</summary>
    public int? NumberOf(string folder) => numbers.TryGetValue(folder.Normalize(), out int number) ? number : null;

    /// <summary>
    /// Reads a text file with a class a line, in the order of their numbers: the folder's name, then the number, which may be
    /// missing and must be the line's, counted from 0, and the readable name, which may be missing. Tabs part them, or blanks in
    /// a line without tabs: <c>n01440764 tench, Tinca tinca</c> and <c>n01440764 0 tench</c> are both read.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="folders">The folders that there are: a line that is the name of one is not parted.</param>
    /// <exception cref="InputException">The file cannot be read or is too large, is empty, has a folder twice or a wrong
    /// number.</exception>
    public static ClassList Read(string path, IReadOnlyList<string> folders)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Length <= LargestFile
                ? Parse(File.ReadAllLines(path), path, folders)
                : throw new InputException(path, "this is too large to be a list of classes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read as a list of classes ({e.Message})", e);
        }
    }

    /// <summary>As <see cref="Read"/>, from lines.</summary>
    /// <exception cref="InputException">There is no class, a folder twice or a wrong number.</exception>
    public static ClassList Parse(IEnumerable<string> lines, string source, IReadOnlyList<string> folders)
    {
        var whole = new HashSet<string>(folders.Select(f => f.Normalize()), StringComparer.Ordinal);
        var listed = new List<string>();
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in lines.Where(l => !string.IsNullOrWhiteSpace(l)))
        {
            string text = line.Trim();
            char[]? at = text.Contains('\t', StringComparison.Ordinal) && !Has(Split(text, at: null).First) ? ['\t'] : null;
            (string folder, string rest) = Has(text) ? (text, "") : Split(text, at);
            string where = string.Create(CultureInfo.InvariantCulture, $"{source}: class {listed.Count}");
            if (!known.Add(folder.Normalize())) throw new InputException(where, $"the folder '{folder}' is named twice");
            string name = WithoutNumber(rest, at, listed.Count, where);
            listed.Add(folder);
            names.Add(name.Length > 0 ? name : folder);
        }
        if (listed.Count == 0)
            throw new InputException(source,
                "there are no classes in it; it needs a class folder's name at the start of each line");
        return new ClassList(listed, names, source);

        bool Has(string folder) => whole.Contains(folder.Normalize());
    }

    // The first column, and what is left; blanks of any kind part them where no other characters are given.
    private static (string First, string Others) Split(string text, char[]? at)
    {
        string[] parts = text.Split(at, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (parts[0], parts.Length < 2 ? "" : parts[1]);
    }

    private static string WithoutNumber(string text, char[]? at, int expected, string where)
    {
        if (text.Length == 0) return text;
        (string first, string rest) = Split(text, at);
        if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return text;
        if (number != expected)
        {
            throw new InputException(where, string.Create(CultureInfo.InvariantCulture,
                $"the second column says {number}; the classes must stand in the order of their numbers, from 0 without gaps"));
        }
        return rest;
    }

    /// <summary>
    /// The first class whose folder is called by another number; null where the names are no numbers, or in order.
    /// </summary>
    private static int? SortUnlikeNumbers(string[] folders)
    {
        int[] numbers = new int[folders.Length];
        for (int i = 0; i < folders.Length; i++)
        {
            if (!int.TryParse(folders[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return null;
        }
        int[] sorted = [.. numbers.Order()];
        int first = Enumerable.Range(0, numbers.Length).FirstOrDefault(i => numbers[i] != sorted[i], -1);
        return first < 0 ? null : first;
    }
}
