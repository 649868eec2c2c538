using System.Globalization;

namespace Postern.Benchmarks;

/// <summary>The comparison as text in aligned columns, notes last.</summary>
internal static class ComparisonTable
{
    private static readonly string[] Head =
        ["work", "precision", "ours ms", "floor ms", "ratio", "reference", "ref. ms", "speed-up", "peak MB", "live MB", "notes"];

    /// <summary>Columns of words, which are set to the left; numbers stand to the right.</summary>
    private static readonly int[] Words = [0, 1, 5, 10];

    /// <summary>The table, a line a row.</summary>
    public static string Of(IEnumerable<ComparedRow> rows)
    {
        string[][] lines = [Head, .. rows.Select(Fields)];
        int[] widths = [.. Head.Select((_, column) => lines.Max(line => line[column].Length))];
        return string.Concat(lines.Select(line => string.Join("  ", line.Select((field, column) =>
            Words.Contains(column) ? field.PadRight(widths[column]) : field.PadLeft(widths[column]))).TrimEnd() + "\n"));
    }

    private static string[] Fields(ComparedRow row) =>
    [
        row.Work, row.Precision, Time(row.OursMs), Time(row.FloorMs), Ratio(row.RatioToFloor), row.Reference,
        Time(row.ReferenceMs), Ratio(row.Speedup),
        Megabytes(row.PeakMb), Megabytes(row.LiveMb),
        row.Skipped is null ? row.Note : string
            .Join("; ", new[] { row.Note, $"skipped: {row.Skipped}" }.Where(part => part.Length > 0)),
    ];

    private static string Time(double? milliseconds) =>
        milliseconds?.ToString(milliseconds < 10 ? "0.00" : milliseconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) ?? "";

    private static string Megabytes(double? value) => value?.ToString("0", CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(double? ratio) =>
        ratio?.ToString(ratio < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) ?? "";
}
