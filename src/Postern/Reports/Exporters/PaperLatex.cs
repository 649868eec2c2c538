using System.Text;
using Postern.Reports.Paper;
using Postern.Reports.Text;

namespace Postern.Reports.Exporters;

/// <summary>All tables for a paper; rules of the <c>booktabs</c> package. Columns of sentences break their lines.</summary>
public sealed class PaperLatex : IExporter
{
    private const int LongText = 30;

    /// <inheritdoc/>
    public string File => "paper.tex";

    /// <inheritdoc/>
    public string? Export(ReportContents contents) => contents.Paper is PaperComparison paper ? Text(paper) : null;

    private static string Text(PaperComparison comparison)
    {
        var text = new StringBuilder("% Needs \\usepackage{booktabs}.\n");
        foreach (PaperTable table in PaperTables.Of(comparison))
        {
            string columns = string.Concat(table.Head.Select((_, i) =>
                table.Rows.Max(r => r[i].Length) > LongText ? "p{4cm}" : i < table.Names ? "l" : "r"));
            text.Append(
                $"\\begin{{table}}\n\\centering\n\\caption{{{LatexText.Escape(table.Title)}}}\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n");
            text.Append(LatexText.Row(table.Head.Select(LatexText.Escape))).Append("\\midrule\n");
            foreach (IReadOnlyList<string> row in table.Rows) text.Append(LatexText.Row(row.Select(LatexText.Escape)));
            text.Append("\\bottomrule\n\\end{tabular}\n");
            if (table.Foot.Length > 0) text.Append($"\n\\footnotesize {LatexText.Escape(table.Foot)}\n");
            text.Append("\\end{table}\n");
        }
        return text.ToString();
    }
}
