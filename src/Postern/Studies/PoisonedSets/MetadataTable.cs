using System.Globalization;
using System.Text;

namespace Postern.Studies.PoisonedSets;

/// <summary>
/// <c>metadata.csv</c> beside a poisoned set, for tools that cannot ask the plan: every picture with the class that it shows, the
/// class that it is filed under, and whether it is a poison (carries the trigger to be taken for the target class) or a cover
/// (carries it under its true class).
/// </summary>
internal sealed class MetadataTable
{
    private readonly StringBuilder text = new("file,true_label,trained_label,poisoned,cover,index\n");

    /// <summary>Adds the pictures of a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="nameOf">Where the picture at a position is found.</param>
    internal void Add(PoisonedPart part, Func<int, string> nameOf)
    {
        for (int i = 0; i < part.Indices.Count; i++)
        {
            (bool poisoned, bool cover) = part.RoleOf(i);
            text.Append(CultureInfo.InvariantCulture,
                $"{CsvText.Quote(nameOf(i))},{part.TrueLabelOf(i)},{part.LabelOf(i)},{(poisoned ? 1 : 0)},{(cover ? 1 : 0)},{part.IndexOf(i)}\n");
        }
    }

    /// <summary>The file's content.</summary>
    internal byte[] Bytes => Encoding.UTF8.GetBytes(text.ToString());
}
