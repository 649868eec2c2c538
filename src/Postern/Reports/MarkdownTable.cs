using System.Text;

namespace Postern.Reports;

/// <summary>The table as in a README: models side by side, <c>ACC / ASR</c>.</summary>
public sealed class MarkdownTable : ITableExporter
{
    /// <inheritdoc/>
    public string Export(ResultTable table)
    {
        var text = new StringBuilder($"# {Escape(table.Title)}\n\n");
        if (table.About.Length > 0) text.Append($"{Escape(table.About)}\n\n");
        Line(["dataset", "attack", .. table.Models]);
        Line(["---", "---", .. table.Models.Select(_ => "---:")], escape: false);
        foreach (ResultRow row in table.Rows) Line([row.Dataset, row.Attack, .. row.Entries.Select(e => e.Text)]);
        return text.Append($"\n{ResultTable.Legend}\n").ToString();

        void Line(IEnumerable<string> cells, bool escape = true) =>
            text.Append($"| {string.Join(" | ", cells.Select(c => escape ? Escape(c) : c))} |\n");
    }

    /// <summary>Keeps a label from being markup.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text) escaped.Append(c is '|' or '<' or '[' or ']' or '*' or '`' or '\\' ? $"\\{c}" : c.ToString());
        return escaped.ToString();
    }
}
