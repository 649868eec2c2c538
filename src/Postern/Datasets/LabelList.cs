using System.Globalization;
using System.Text;

namespace Postern.Datasets;

/// <summary>
/// A text file that gives the classes of pictures which lie in no class folders: a picture a line with its class, parted by tabs,
/// commas, semicolons or blanks (Tiny-ImageNet's <c>val_annotations.txt</c>, Caffe's <c>val.txt</c>, Kaggle's
/// <c>LOC_val_solution.csv</c>), or a class folder's name a line in the order of the pictures' names
/// (<c>imagenet_2012_validation_synset_labels.txt</c>). A class is a folder's name, or a number counted from 0.
/// </summary>
internal sealed class LabelList
{
    private const long LargestFile = 64 << 20;

    private static readonly string[] Endings = [".txt", ".csv", ".tsv", ".lst"];

    private readonly string source;
    private readonly List<(int Line, string[] Cells)> rows = [];

    private LabelList(byte[] data, string source)
    {
        this.source = source;
        using var reader = new StreamReader(new MemoryStream(data, writable: false), Encoding.UTF8);
        for (int line = 1; reader.ReadLine() is string text; line++)
            if (!string.IsNullOrWhiteSpace(text)) rows.Add((line, Cells(text)));
    }

    /// <summary>Reads the file that a study names.</summary>
    /// <exception cref="InputException">It cannot be read, or is too large.</exception>
    internal static LabelList Read(string path)
    {
        using var folder = new FolderTree(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string name = Path.GetFileName(path);
        return folder.LengthOf(name) <= LargestFile
            ? new LabelList(folder.Read(name), path) : throw new InputException(path, "this is too large to be a list of labels");
    }

    /// <summary>
    /// The list for pictures of a split: a text file whose lines name them, in the split's folder, in one above it or at the
    /// root.
    /// </summary>
    /// <param name="tree">Where the files are.</param>
    /// <param name="split">The split's folder.</param>
    /// <param name="pictures">Its pictures.</param>
    /// <returns>The list, and its name in the tree; null where there is none.</returns>
    /// <exception cref="InputException">Several files fit.</exception>
    internal static (LabelList List, string File)? Find(FileTree tree, string split, IReadOnlyList<string> pictures)
    {
        string above = split.Contains('/', StringComparison.Ordinal) ? split[..split.LastIndexOf('/')] : "";
        var known = new HashSet<string>(pictures.SelectMany(Keys), StringComparer.Ordinal);
        var found = new List<(LabelList List, string File)>();
        foreach (string file in new[] { split, above, "" }.Distinct().SelectMany(tree.Files))
        {
            if (!Endings.Contains(Path.GetExtension(file).ToLowerInvariant()) || tree.LengthOf(file) > LargestFile) continue;
            var list = new LabelList(tree.Read(file), tree.Describe(file));
            if (list.rows.Take(2).Any(r => r.Cells.Length > 1 && known.Contains(KeyOf(r.Cells[0])))) found.Add((list, file));
        }
        if (found.Count > 1)
        {
            throw new InputException(tree.Describe(split),
                $"both {found[0].File} and {found[1].File} name its pictures; say with 'labels' which one has their classes");
        }
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>The class of each of <paramref name="pictures"/>.</summary>
    /// <exception cref="InputException">A picture without a class, an unknown class, or a picture named twice; the message has
    /// the line.</exception>
    internal int[] LabelsOf(IReadOnlyList<string> pictures, ClassList classes)
    {
        if (rows.Count > 0 && rows.All(r => r.Cells.Length == 1)) return InOrder(pictures, classes);
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        var known = new HashSet<string>(pictures.SelectMany(Keys), StringComparer.Ordinal);
        foreach ((int line, string[] cells) in rows)
        {
            string key = KeyOf(cells[0]), named = cells.Length > 1 ? cells[1] : "";
            // Headings, or pictures that are not in this copy.
            if (!known.Contains(key)) continue;
            int label = ClassOf(named, classes) ?? throw At(line,
                $"the class '{named}' is neither a class folder of {classes.Source} nor a number from 0 to "
                + $"{classes.Names.Count - 1}");
            if (labels.TryGetValue(key, out int other) && other != label)
                throw At(line, $"{cells[0]} is named a second time, with another class");
            labels[key] = label;
        }
        return [.. pictures.Select(p => Keys(p).Where(labels.ContainsKey).Select(k => (int?)labels[k]).FirstOrDefault()
            ?? throw new InputException(source, $"has no class for {p}, which is among the pictures"))];
    }

    private int[] InOrder(IReadOnlyList<string> pictures, ClassList classes)
    {
        if (rows.Count != pictures.Count)
            throw new InputException(source, $"has {rows.Count} lines without names for {pictures.Count} pictures");
        // Numbers without names are most likely ILSVRC2012's own ids, which do not follow the folders' names.
        return [.. rows.Select(r => classes.NumberOf(r.Cells[0]) ?? throw At(r.Line,
            $"the class '{r.Cells[0]}' is no class folder of {classes.Source}; a list of numbers alone does not tell by which "
                + "order they count, so give each line a picture's name and its class, or a class folder's name"))];
    }

    private InputException At(int line, string found) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{source}:{line}"), found);

    private static int? ClassOf(string cell, ClassList classes)
    {
        if (classes.NumberOf(cell) is int folder) return folder;
        string first = cell.Split(' ', 2)[0];
        if (classes.NumberOf(first) is int named) return named;
        return int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number < classes.Names.Count
            ? number : null;
    }

    private static string[] Cells(string line)
    {
        char[]? at = line.Contains('\t', StringComparison.Ordinal) ? ['\t'] : line.Contains(',', StringComparison.Ordinal) ? [',']
            : line.Contains(';', StringComparison.Ordinal) ? [';'] : null;
        string[] cells =
            line.Split(at, StringSplitOptions.TrimEntries | (at is null ? StringSplitOptions.RemoveEmptyEntries : 0));
        return Array.ConvertAll(cells, c => c.Trim('"'));
    }

    // A picture may be named without its folders, or without its ending.
    private static IEnumerable<string> Keys(string picture)
    {
        string name = KeyOf(picture), stem = Path.GetFileNameWithoutExtension(name);
        return name == stem ? [name] : [name, stem];
    }

    private static string KeyOf(string name) => name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Normalize();
}
