using System.Globalization;

namespace Postern.Files;

/// <summary>How fields stand in a CSV file: a point in numbers, empty for nothing, RFC 4180 quoting, line feeds.</summary>
internal static class CsvText
{
    /// <summary>The file of <paramref name="lines"/>.</summary>
    public static string File(IEnumerable<IReadOnlyList<string>> lines) =>
        string.Concat(lines.Select(l => string.Join(',', l.Select(Quote)) + "\n"));

    /// <summary>A number with up to six digits after the point; empty for none.</summary>
    public static string Number(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A count.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// One field, quoted where a reader would take it apart. What a spreadsheet would take for a formula gets an apostrophe
    /// before it, as spreadsheets themselves write that.
    /// </summary>
    public static string Quote(string field)
    {
        string safe = IsFormula(field) ? $"'{field}" : field;
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private static bool IsFormula(string field) => field.Length > 0 && "=+-@\t\r".Contains(field[0], StringComparison.Ordinal)
        && !double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _) && field != "-";
}
