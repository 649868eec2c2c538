using System.Text;

namespace Postern.Reports.Paper;

/// <summary>All tables for a README.</summary>
public sealed class PaperMarkdown : IPaperExporter
{
    /// <inheritdoc/>
    public string Export(PaperComparison comparison)
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
