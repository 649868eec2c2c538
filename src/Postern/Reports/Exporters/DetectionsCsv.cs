using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.Exporters;

/// <summary>
/// The detectors for machines: a line for each dataset, attack, model and detector; fractions. Absent without any.
/// </summary>
public sealed class DetectionsCsv : IExporter
{
    /// <inheritdoc/>
    public string File => "detections.csv";

    /// <inheritdoc/>
    public string? Export(ReportContents contents) =>
        contents.Summary.Table.Detectors is { Rows.Count: > 0 } table ? Text(table) : null;

    private static string Text(DetectionTable table) => CsvText.File(table.Rows.Select(r => (string[])
    [
        r.Dataset, r.Attack, r.Model, r.Detector, CsvText.Number(r.Cells.Count),
        CsvText.Number(r.Cells.Count(c => c.State.Phase == CellPhase.Done)),
        CsvText.Number(r.Auroc?.Mean), CsvText.Number(r.Auroc?.Sd),
        .. Columns(r.Tpr), .. Columns(r.Fpr), .. Columns(r.TprAtFpr5),
        .. table.Options.DataOf(RowSettings.Of(r.Cells[0].Cell)),
    ]).Prepend(
    [
        "dataset", "attack", "model", "detector", "seeds", "done", "auroc", "auroc_sd",
        .. new[] { "tpr", "fpr", "tpr_at_fpr5" }.SelectMany(m => new[] { m, $"{m}_sd", $"{m}_hits", $"{m}_total" }),
        .. table.Options.DataKeys,
    ]));

    private static string[] Columns(Measure? measure) => measure is null ? ["", "", "", ""]
        : [CsvText.Number(measure.Mean), CsvText.Number(measure.Sd), CsvText.Number(measure.Hits), CsvText.Number(measure.Total)];
}
