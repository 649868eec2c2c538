using System.Globalization;

namespace Postern.Benchmarks;

/// <summary>The comparison as a file for other programs.</summary>
internal static class ComparisonCsv
{
    /// <summary>The columns, in their order.</summary>
    public const string Header = "work,precision,ours_ms,floor_ms,ratio_to_floor,reference,reference_ms,speedup,peak_mb,live_mb";

    /// <summary>Writes it as a whole.</summary>
    /// <exception cref="InputException">The place cannot be written to.</exception>
    public static void Write(string path, IEnumerable<ComparedRow> rows) =>
        AtomicFile.WriteText(path, string.Concat(rows.Select(Line).Prepend(Header).Select(line => line + "\n")));

    private static string Line(ComparedRow row) => string.Join(',', row.Work, row.Precision, Number(row.OursMs),
        Number(row.FloorMs),
        Number(row.RatioToFloor), row.Reference, Number(row.ReferenceMs), Number(row.Speedup),
        Number(row.PeakMb), Number(row.LiveMb));

    private static string Number(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";
}
