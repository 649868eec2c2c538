using System.Text;

namespace Postern.Reports.Text;

/// <summary>How text stands in a Markdown table: what would be markup is escaped.</summary>
internal static class MarkdownText
{
    /// <summary>A line of a table, escaped.</summary>
    public static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(Escape))} |\n";

    /// <summary>
    /// The line under a table's head: <paramref name="names"/> columns to the left, then <paramref name="numbers"/> to the right.
    /// </summary>
    public static string Rule(int names, int numbers) =>
        $"| {string.Join(" | ", Enumerable.Repeat("---", names).Concat(Enumerable.Repeat("---:", numbers)))} |\n";

    /// <summary>Keeps a label from being markup.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text) escaped.Append(c is '|' or '<' or '[' or ']' or '*' or '`' or '\\' ? $"\\{c}" : c.ToString());
        return escaped.ToString();
    }
}
