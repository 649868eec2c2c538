using System.Text;

namespace Postern.Reports;

/// <summary>The table as in a README: models side by side, <c>ACC / ASR</c>.</summary>
public sealed class MarkdownTable : ITableExporter
{
    /// <inheritdoc/>
    public string Export(ResultTable table)
    {
        var text = new StringBuilder($"# {MarkdownText.Escape(table.Title)}\n\n");
        if (table.About.Length > 0) text.Append($"{MarkdownText.Escape(table.About)}\n\n");
        text.Append(MarkdownText.Row([.. table.RowNames, .. table.Models]));
        text.Append(MarkdownText.Rule(table.RowNames.Count, table.Models.Count));
        foreach (ResultRow row in table.Rows) text.Append(MarkdownText.Row([.. table.NamesOf(row), .. row.Entries.Select(e => e.Text)]));
        return text.Append($"\n{ResultTable.Legend}\n").ToString();
    }
}
