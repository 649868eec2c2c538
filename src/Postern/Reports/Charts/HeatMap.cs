using System.Globalization;
using Postern.Reports.Text;

namespace Postern.Reports.Charts;

/// <summary>A field of a heat map.</summary>
/// <param name="Share">0 to 1, decides the tint; null for none.</param>
/// <param name="Text">What stands in it.</param>
/// <param name="Tip">What its tooltip adds; may be empty.</param>
/// <param name="Link">Id on the page that it leads to; null for none.</param>
internal sealed record HeatField(double? Share, string Text, string Tip, string? Link);

/// <summary>Shares as tinted fields with their numbers in them, as SVG. The tint stays light enough for the numbers.</summary>
/// <param name="Title">For those who cannot see it.</param>
/// <param name="Kind"><c>acc</c> or <c>asr</c>: the colour.</param>
/// <param name="Columns">Names above.</param>
/// <param name="Rows">Names to the left, each with a field for every column.</param>
internal sealed record HeatMap(string Title, string Kind, IReadOnlyList<string> Columns,
    IReadOnlyList<(string Name, IReadOnlyList<HeatField> Fields)> Rows)
{
    private const double Letter = 6.9, Pad = 9, RowHeight = 30, Head = 24, Narrowest = 64, Strongest = 0.5;
    private const int LongestRow = 26, LongestColumn = 18;

    private double NameWidth => Pad + Letter * Rows.Max(r => Math.Min(r.Name.Length, LongestRow));

    private double FieldWidth => Math.Max(Narrowest, Pad + Letter * Columns.Max(c => Math.Min(c.Length, LongestColumn)));

    /// <summary>Draws it at its natural size, which never shrinks: its numbers stay readable, and its box scrolls.</summary>
    /// <param name="links">Whether fields lead to their cells.</param>
    public Markup Draw(bool links)
    {
        double width = NameWidth + Columns.Count * FieldWidth, height = Head + Rows.Count * RowHeight;
        return Markup.Of($"""
            <svg class="heat" viewBox="0 0 {width:0.#} {height:0.#}" width="{width:0.#}" height="{height:0.#}"
            role="{(links ? "group" : "img")}" aria-label="{Title}">
            {Columns.Select((name, i) => Markup.Of($"""<text class="axis" x="{NameWidth + (i + 0.5) * FieldWidth:0.#}" y="15" text-anchor="middle">{ChartLegend.Cut(name, LongestColumn)}</text>"""))}
            {Rows.Select((row, i) => Row(row.Name, row.Fields, Head + i * RowHeight, links))}
            </svg>
            """);
    }

    private Markup Row(string name, IReadOnlyList<HeatField> fields, double y, bool links) => Markup.Of($"""
        <text class="axis" x="0" y="{y + 19:0.#}">{ChartLegend.Cut(name, LongestRow)}</text>{fields.Select((f, i) => Field(f, $"{name}, {Columns[i]}", NameWidth + i * FieldWidth, y, links))}
        """);

    private Markup Field(HeatField field, string place, double x, double y, bool links)
    {
        string tip = string.Join('\n', new[] { place, field.Tip.Length > 0 ? field.Tip : field.Text }.Where(t => t.Length > 0));
        string opacity = (Strongest * (field.Share ?? 0)).ToString("0.###", CultureInfo.InvariantCulture);
        Markup drawn = Markup.Of($"""
            <g class="{Kind}"><title>{tip}</title><rect class="field{(field.Share is null ? " none" : "")}" x="{x + 1:0.#}"
            y="{y + 1:0.#}" width="{FieldWidth - 2:0.#}" height="{RowHeight - 2}" fill-opacity="{opacity}"/><text class="value"
            x="{x + FieldWidth / 2:0.#}" y="{y + 19:0.#}" text-anchor="middle">{field.Text}</text></g>
            """);
        return links && field.Link is string link
            ? Markup.Of($"""<a href="#{link}" aria-label="{tip.Replace('\n', ' ')}">{drawn}</a>""") : drawn;
    }
}
