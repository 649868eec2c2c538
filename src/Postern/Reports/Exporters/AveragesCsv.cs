using Postern.Reports.Paper;

namespace Postern.Reports.Exporters;

/// <summary>The averages for machines, in percent.</summary>
public sealed class AveragesCsv : IExporter
{
    /// <inheritdoc/>
    public string File => "averages.csv";

    /// <inheritdoc/>
    public string? Export(ReportContents contents) => contents.Paper is PaperComparison paper ? Text(paper) : null;

    private static string Text(PaperComparison comparison) => CsvText.File(comparison.Averages.Select(a => (string[])
    [
        a.Dataset, a.Model, a.Printed.Table, CsvText.Number((long)a.Rows), CsvText.Number((long)a.Of),
        CsvText.Number(a.Acc), CsvText.Number((double)a.Printed.Acc.Percent), CsvText.Number((double)a.Printed.RowsAcc),
        CsvText.Number(a.Asr), CsvText.Number((double)a.Printed.Asr.Percent), CsvText.Number((double)a.Printed.RowsAsr),
        PaperSettings.Text(a.Settings),
    ]).Prepend(
    [
        "dataset", "model", "table", "rows", "rows_of_table", "acc_percent", "acc_printed_percent", "acc_printed_rows_mean",
        "asr_percent", "asr_printed_percent", "asr_printed_rows_mean", "setting",
    ]));
}
