using System.Globalization;
using Postern.Reports.SideBySide;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>Two studies or folders of results side by side, as a page of its own.</summary>
public static class ComparisonPage
{
    /// <summary>The page's text.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="first">How the first side was named, for the command.</param>
    /// <param name="second">How the second side was named.</param>
    public static string Of(RunComparison comparison, string first, string second)
    {
        (int outside, int measured) = comparison.Count;
        return PageShell.Of(MarkdownComparison.Title(comparison), Markup.Of($"""
            {PageShell.Head("Postern comparison", MarkdownComparison.Title(comparison),
                string.Create(CultureInfo.InvariantCulture, $"{comparison.Rows.Count} rows in both; {outside} of {measured} differences outside the spread"),
                ShellText.Command("report", first, second))}
            <section id="results"><h2>Differences</h2>
            {ComparisonTable.Of(comparison).Select(Table)}
            <p class="note">In percent, AUROC from 0 to 1; over several seeds mean ± standard deviation; differences B − A in points, ± half of their 95% interval.
            OUTSIDE: the interval excludes 0.</p>
            <ul>{MarkdownComparison.Notes(comparison).Select(n => Markup.Of($"<li>{n}</li>"))}</ul></section>
            """));
    }

    private static Markup Table(ComparisonTable table) => Markup.Of($"""
        <div class="scroll"><table class="sortable"><thead><tr>
        {table.Heads.Select((h, i) => Markup.Of($"""<th class="{(i < table.Names ? "" : "number")}" data-column="{i}">{h}</th>"""))}</tr></thead>
        <tbody>{table.Rows.Select(r => Row(r, table.Names))}</tbody></table></div>
        """);

    private static Markup Row(ComparisonFields row, int names) => Markup.Of($"""
        <tr>{row.Fields.Take(names).Select(f => Markup.Of($"<td>{f}</td>"))}{row.Fields.Skip(names).Zip(row.Values).Select(f => Number(f.First, f.Second))}</tr>
        """);

    private static Markup Number(string text, double? value) => Markup.Of(
        $"""<td class="number" data-sort="{value?.ToString("0.######", CultureInfo.InvariantCulture)}">{text}</td>""");
}
