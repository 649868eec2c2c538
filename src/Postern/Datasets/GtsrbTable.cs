using System.Globalization;
using System.Text;

namespace Postern.Datasets;

/// <summary>
/// GTSRB's tables of labels: <c>;</c> between columns, a header line, <c>Filename</c> and <c>ClassId</c> among the columns.
/// The other columns describe the original pictures and are not needed.
/// </summary>
internal sealed class GtsrbTable
{
    private readonly Dictionary<string, int> classes = new(StringComparer.Ordinal);
    private readonly string source;

    /// <summary>Reads a table.</summary>
    /// <exception cref="InputException">A missing column, an odd line, or a file named twice; the message has the
    /// line.</exception>
    internal GtsrbTable(byte[] data, string source, int classCount)
    {
        this.source = source;
        string[] lines = Encoding.UTF8.GetString(data).Split('\n');
        string[] header = lines[0].TrimEnd('\r').Split(';');
        int nameColumn = Array.IndexOf(header, "Filename"), classColumn = Array.IndexOf(header, "ClassId");
        if (nameColumn < 0 || classColumn < 0)
            throw new InputException($"{source}:1", "the table needs the columns Filename and ClassId, separated by semicolons");
        for (int i = 1; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (line.Length == 0) continue;
            string[] cells = line.Split(';');
            if (cells.Length != header.Length)
                throw new InputException($"{source}:{i + 1}", $"the line has {cells.Length} columns, expected {header.Length}");
            if (!int.TryParse(cells[classColumn], NumberStyles.None, CultureInfo.InvariantCulture, out int label)
                || label >= classCount)
                throw new InputException($"{source}:{i + 1}",
                    $"ClassId is '{cells[classColumn]}', expected 0 to {classCount - 1}");
            if (!classes.TryAdd(cells[nameColumn], label))
                throw new InputException($"{source}:{i + 1}", $"{cells[nameColumn]} is named a second time");
        }
    }

    /// <summary>The class of each of <paramref name="names"/>; table and names must be the same set.</summary>
    /// <exception cref="InputException">A picture without a label, or a label without a picture.</exception>
    internal int[] LabelsOf(IReadOnlyList<string> names)
    {
        int[] labels = new int[names.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = classes.TryGetValue(names[i], out int label) ? label
                : throw new InputException(source, $"has no label for {names[i]}, which is among the pictures");
        }
        if (classes.Count > labels.Length)
        {
            string missing = classes.Keys.Except(names).First();
            throw new InputException(source, $"has a label for {missing}, which is not among the pictures");
        }
        return labels;
    }
}
