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

    /// <summary>One field, quoted where a reader would take it apart.</summary>
    public static string Quote(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
