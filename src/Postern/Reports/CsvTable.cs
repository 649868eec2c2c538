using System.Globalization;
using Postern.Studies;

namespace Postern.Reports;

/// <summary>
/// The table for machines: a line for each dataset, attack and model; fractions with a point, RFC 4180 quoting. Intervals are 95%
/// Wilson intervals and stand where a single seed is behind the number; over several seeds the standard deviation does.
/// </summary>
public sealed class CsvTable : ITableExporter
{
    private static readonly string[] Measures = ["acc", "asr", "ra"];

    /// <inheritdoc/>
    public string Export(ResultTable table)
    {
        IEnumerable<string[]> lines =
            from row in table.Rows
            from column in table.Models.Zip(row.Entries)
            let entry = column.Second
            select (string[])
            [
                row.Dataset, row.Attack, column.First, Number(entry.Cells.Count), Number(entry.Count(CellPhase.Done)),
                Number(entry.Count(CellPhase.Failed)), Number(entry.Count(CellPhase.Running)),
                .. Columns(entry.Acc), .. Columns(entry.Asr), .. Columns(entry.Ra),
            ];
        string[] header =
        [
            "dataset", "attack", "model", "seeds", "done", "failed", "unfinished",
            .. Measures.SelectMany(m => new[] { m, $"{m}_sd", $"{m}_low", $"{m}_high", $"{m}_hits", $"{m}_total" }),
        ];
        return string.Concat(lines.Prepend(header).Select(l => string.Join(',', l.Select(Quote)) + "\n"));
    }

    private static string[] Columns(Measure? measure)
    {
        if (measure is null) return ["", "", "", "", "", ""];
        bool single = measure.Seeds.Count == 1;
        return
        [
            Number(measure.Mean), measure.Sd is double sd ? Number(sd) : "",
            single ? Number(measure.Seeds[0].Share.Low) : "", single ? Number(measure.Seeds[0].Share.High) : "",
            Number(measure.Hits), Number(measure.Total),
        ];
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quote(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
