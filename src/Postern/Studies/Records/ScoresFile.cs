using System.Globalization;
using System.Text;
using Postern.Evaluation;

namespace Postern.Studies;

/// <summary>
/// <c>scores-DETECTOR.csv</c>: a line for each test picture that a detector scored, clean ones first, for curves at any threshold
/// and for other programs.
/// </summary>
internal static class ScoresFile
{
    private const string Header = "index,triggered,label,predicted,score";

    /// <summary>The file's name for <paramref name="detector"/>.</summary>
    public static string NameOf(string detector) => $"scores-{Slug.Of(detector)}.csv";

    /// <summary>Writes <paramref name="pictures"/> as a whole.</summary>
    public static void Write(string path, IEnumerable<PictureScore> pictures)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (PictureScore p in pictures)
            text.Append(CultureInfo.InvariantCulture, $"{p.Index},{(p.Triggered ? 1 : 0)},{p.Label},{p.Predicted},{p.Score:R}\n");
        AtomicFile.WriteText(path, text.ToString());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InputException">There is no such file, or it is damaged.</exception>
    public static IReadOnlyList<PictureScore> Read(string path)
    {
        if (!File.Exists(path)) throw RecordFormat.Damaged(path, "it is missing");
        string[] lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != Header) throw RecordFormat.Damaged(path, "its head is another one");
        return [.. lines.Skip(1).Select((line, i) => Parse(line) ?? throw RecordFormat.Damaged($"{path}:{i + 2}", $"'{line}'"))];
    }

    private static PictureScore? Parse(string line) =>
        line.Split(',') is [string index, string triggered, string label, string predicted, string score]
            && (triggered is "0" or "1")
        && Whole(index, out int i) && Whole(label, out int y) && Whole(predicted, out int p)
        && double.TryParse(score, NumberStyles.Float, CultureInfo.InvariantCulture, out double s)
            ? new PictureScore(i, triggered == "1", y, p, s)
            : null;

    private static bool Whole(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
