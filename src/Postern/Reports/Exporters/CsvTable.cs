using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.Exporters;

/// <summary>
/// The table for machines: a line for each dataset, attack, defence and model; fractions with a point, RFC 4180 quoting.
/// Intervals are 95% Wilson intervals and stand where a single seed is behind the number; over several seeds the standard
/// deviation does. Options in which lines differ are the last columns, the poisoning rate always.
/// </summary>
public sealed class CsvTable : IExporter
{
    private static readonly string[] Measures = ["acc", "asr", "ra"];
    private static readonly string[] Parts = ["", "_sd", "_low", "_high", "_hits", "_total"];

    /// <inheritdoc/>
    public string File => "results.csv";

    /// <inheritdoc/>
    public string Export(ReportContents contents) => Text(contents.Summary.Table);

    internal static string Text(ResultTable table)
    {
        // Tables of results that did not record it keep their columns.
        bool fit = table.Rows.SelectMany(r => r.Entries).Any(e => e.PoisonFit is not null);
        IReadOnlyList<AdversarialBall> balls = table.HasAdversarial ? AdversarialBall.All : [];
        var options = OptionColumns.Of(
            RowSettings.Of(table.Rows.SelectMany(r => r.Entries).SelectMany(e => e.Cells).Select(c => c.Cell)));
        IEnumerable<string[]> lines =
            from row in table.Rows
            from column in table.Models.Zip(row.Entries)
            let entry = column.Second
            select (string[])
            [
                row.Dataset, row.Attack, row.Defence, column.First, CsvText.Number(entry.Cells.Count),
                CsvText.Number(entry.Count(CellPhase.Done)),
                CsvText.Number(entry.Count(CellPhase.Failed)), CsvText.Number(entry.Unfinished),
                .. Columns(entry.Acc), .. Columns(entry.Asr), .. Columns(entry.Ra),
                CsvText.Number(entry.Der?.Mean), CsvText.Number(entry.Der?.Sd),
                entry.Der is null ? "" : CsvText.Number(entry.Der.Seeds.Count),
                .. fit ? Columns(entry.PoisonFit) : [], .. balls.SelectMany(b => Columns(entry.Within(b))),
                .. options.DataOf(entry.Cells.Count > 0 ? RowSettings.Of(entry.Cells[0].Cell) : null),
            ];
        string[] header =
        [
            "dataset", "attack", "defence", "model", "seeds", "done", "failed", "unfinished",
            .. Measures.SelectMany(Head), "der", "der_sd", "der_seeds", .. fit ? Head("poison_fit") : [],
            .. balls.SelectMany(b => Head($"adversarial_{b.Key}")),
            .. options.DataKeys,
        ];
        return CsvText.File(lines.Prepend(header));
    }

    private static IEnumerable<string> Head(string measure) => Parts.Select(p => measure + p);

    private static string[] Columns(Measure? measure)
    {
        if (measure is null) return ["", "", "", "", "", ""];
        bool single = measure.Seeds.Count == 1;
        return
        [
            CsvText.Number(measure.Mean), CsvText.Number(measure.Sd),
            single ? CsvText.Number(measure.Seeds[0].Share.Low) : "", single ? CsvText.Number(measure.Seeds[0].Share.High) : "",
            CsvText.Number(measure.Hits), CsvText.Number(measure.Total),
        ];
    }
}
