using System.Text;
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

    private static string Text(ResultTable table)
    {
        var text = new StringBuilder($"# {MarkdownText.Escape(table.Title)}\n\n");
        if (table.About.Length > 0) text.Append($"{MarkdownText.Escape(table.About)}\n\n");
        text.Append(MarkdownText.Row([.. table.RowNames, .. table.Models]));
        text.Append(MarkdownText.Rule(table.RowNames.Count, table.Models.Count));
        foreach (ResultRow row in table.Rows)
            text.Append(MarkdownText.Row([.. table.NamesOf(row), .. row.Entries.Select(e => e.Text)]));
        text.Append($"\n{ResultTable.Legend}\n");
        foreach (string note in table.Notes) text.Append($"\n{MarkdownText.Escape(note)}\n");
        return text.ToString();
    }
}
