using System.Text;
using Postern.Reports.Paper;
using Postern.Reports.Text;

namespace Postern.Reports.Exporters;

/// <summary>All tables for a README.</summary>
public sealed class PaperMarkdown : IExporter
{
    /// <inheritdoc/>
    public string File => "paper.md";

    /// <inheritdoc/>
    public string? Export(ReportContents contents) => contents.Paper is PaperComparison paper ? Text(paper) : null;

    private static string Text(PaperComparison comparison)
    {
        var text = new StringBuilder();
        foreach (PaperTable table in PaperTables.Of(comparison))
        {
            text.Append($"{(text.Length == 0 ? "#" : "\n##")} {MarkdownText.Escape(table.Title)}\n\n");
            text.Append(MarkdownText.Row(table.Head)).Append(MarkdownText.Rule(table.Names, table.Head.Count - table.Names));
            foreach (IReadOnlyList<string> row in table.Rows) text.Append(MarkdownText.Row(row));
            if (table.Foot.Length > 0) text.Append($"\n{MarkdownText.Escape(table.Foot)}\n");
        }
        return text.ToString();
    }
}
