using System.Globalization;
using System.Text;

namespace Postern.Datasets;

/// <summary>
/// GTSRB's tables of labels: a header line, <c>;</c> (Kaggle: <c>,</c>) between columns, <c>Filename</c> (Kaggle: <c>Path</c>,
/// whose folders do not count) and <c>ClassId</c> among them. The other columns describe the original pictures and are not
/// needed.
/// </summary>
internal sealed class GtsrbTable
{
    private static readonly char[] Separators = [';', ',', '\t'];

    private readonly Dictionary<string, int> classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> byStem = new(StringComparer.Ordinal);
    private readonly string source;

    /// <summary>Reads a table.</summary>
    /// <exception cref="InputException">A missing column, an odd line, or a file named twice; the message has the
    /// line.</exception>
    internal GtsrbTable(byte[] data, string source, int classCount)
    {
        this.source = source;
        string[] lines = Encoding.UTF8.GetString(data).TrimStart('\ufeff').Split('\n');
        char separator = Separators.MaxBy(s => lines[0].Count(c => c == s));
        string[] header = Cells(lines[0], separator);
        int nameColumn = Column("Filename") is >= 0 and int named ? named : Column("Path"), classColumn = Column("ClassId");
        if (nameColumn < 0 || classColumn < 0)
        {
            throw new InputException($"{source}:1", "the table needs the columns Filename and ClassId (or Path and ClassId), "
                + "separated by semicolons or commas");
        }
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].Trim().Length == 0) continue;
            string[] cells = Cells(lines[i], separator);
            if (cells.Length != header.Length)
                throw new InputException($"{source}:{i + 1}", $"the line has {cells.Length} columns, expected {header.Length}");
            if (!int.TryParse(cells[classColumn], NumberStyles.None, CultureInfo.InvariantCulture, out int label)
                || label >= classCount)
                throw new InputException($"{source}:{i + 1}",
                    $"ClassId is '{cells[classColumn]}', expected 0 to {classCount - 1}");
            string name = cells[nameColumn][(cells[nameColumn].LastIndexOfAny(['/', '\\']) + 1)..];
            if (!classes.TryAdd(name, label)) throw new InputException($"{source}:{i + 1}", $"{name} is named a second time");
            byStem.TryAdd(Path.GetFileNameWithoutExtension(name), name);
        }

        int Column(string name) => Array.FindIndex(header, h => h.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// The class of each of <paramref name="names"/>; table and names must be the same set, but for the endings of pictures that
    /// were converted.
    /// </summary>
    /// <exception cref="InputException">A picture without a label, or a label without a picture.</exception>
    internal int[] LabelsOf(IReadOnlyList<string> names)
    {
        int[] labels = new int[names.Count];
        var used = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < labels.Length; i++)
        {
            string? listed = classes.ContainsKey(names[i]) ? names[i]
                : byStem.GetValueOrDefault(Path.GetFileNameWithoutExtension(names[i]));
            if (listed is null) throw new InputException(source, $"has no label for {names[i]}, which is among the pictures");
            labels[i] = classes[listed];
            used.Add(listed);
        }
        if (classes.Keys.FirstOrDefault(name => !used.Contains(name)) is string missing)
            throw new InputException(source, $"has a label for {missing}, which is not among the pictures");
        return labels;
    }

    private static string[] Cells(string line, char separator) =>
        Array.ConvertAll(line.TrimEnd('\r').Split(separator), cell => cell.Trim().Trim('"'));
}
