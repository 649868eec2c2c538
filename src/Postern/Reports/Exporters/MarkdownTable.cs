using System.Text;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Exporters;

/// <summary>The table as in a README: models side by side, <c>ACC / ASR</c>.</summary>
public sealed class MarkdownTable : IExporter
{
    /// <inheritdoc/>
    public string File => "results.md";

    /// <inheritdoc/>
    public string Export(ReportContents contents) => Text(contents.Summary.Table);

    private static string Entry(ResultTable table, ResultEntry entry) =>
        table.HasAdversarial && entry.Within(AdversarialBall.All[0]) is Measure pgd ? $"{entry.Text}, PGD {pgd}" : entry.Text;

    private static string Text(ResultTable table)
    {
        var text = new StringBuilder($"# {MarkdownText.Escape(table.Title)}\n\n");
        if (table.About.Length > 0) text.Append($"{MarkdownText.Escape(table.About)}\n\n");
        if (table.Settings.Length > 0) text.Append($"{MarkdownText.Escape(table.Settings)}\n\n");
        text.Append(MarkdownText.Row([.. table.RowNames, .. table.Models]));
        text.Append(MarkdownText.Rule(table.RowNames.Count, table.Models.Count));
        foreach (ResultRow row in table.Rows)
            text.Append(MarkdownText.Row([.. table.NamesOf(row), .. row.Entries.Select(e => Entry(table, e))]));
        text.Append($"\n{ResultTable.Legend}\n");
        if (table.HasAdversarial) text.Append($"\n{MarkdownText.Escape(table.AdversarialLegend)}\n");
        foreach (string note in table.Notes) text.Append($"\n{MarkdownText.Escape(note)}\n");
        DetectionTable detectors = table.Detectors;
        if (detectors.Rows.Count == 0) return text.ToString();
        text.Append("\n## Detectors\n\n").Append(MarkdownText.Row(detectors.Heads));
        text.Append(MarkdownText.Rule(detectors.Names, detectors.Heads.Count - detectors.Names));
        foreach (DetectionRow row in detectors.Rows) text.Append(MarkdownText.Row(detectors.FieldsOf(row)));
        return text.Append($"\n{DetectionTable.Legend}\n").ToString();
    }
}
