using Postern.Reports.Paper;
using Postern.Reports.Tables;

namespace Postern.Reports.Exporters;

/// <summary>The rows for machines: ACC and ASR, in percent, measured and published.</summary>
public sealed class PaperCsv : IExporter
{
    /// <inheritdoc/>
    public string File => "paper.csv";

    /// <inheritdoc/>
    public string? Export(ReportContents contents) => contents.Paper is PaperComparison paper ? Text(paper) : null;

    private static string Text(PaperComparison comparison) => CsvText.File(comparison.Rows.Select(r => (string[])
    [
        r.Labels.Dataset, r.Labels.Attack, r.Labels.Defence, r.Labels.Model, r.Paper.Dataset, r.Paper.Attack, r.Paper.Defence,
        r.Paper.Model,
        CsvText.Number(r.Entry.Cells.Count), .. Columns(r.Acc), .. Columns(r.Asr), r.Remark,
        .. comparison.Options.DataOf(RowSettings.Of(r.Entry.Cells[0].Cell)),
    ]).Prepend(
    [
        "dataset", "attack", "defence", "model", "paper_dataset", "paper_attack", "paper_defence", "paper_model", "seeds",
        .. new[] { "acc", "asr" }.SelectMany(m => new[] { $"{m}_percent", $"{m}_sd_points", $"{m}_done", $"{m}_published_percent",
            $"{m}_difference_points", $"{m}_printed" }), "remark",
        .. comparison.Options.DataKeys,
    ]));

    private static string[] Columns(PaperMeasure measure) =>
    [
        CsvText.Number(100 * measure.Measured?.Mean), CsvText.Number(100 * measure.Measured?.Sd),
        CsvText.Number((long)(measure.Measured?.Seeds.Count ?? 0)),
        CsvText.Number((double?)measure.Exact), CsvText.Number(measure.Difference), string.Join("; ", measure.Printed),
    ];
}
