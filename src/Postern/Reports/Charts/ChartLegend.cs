using Postern.Reports.Text;

namespace Postern.Reports.Charts;

/// <summary>The names of a chart's lines: beside the axis' name where they fit, else in rows below it.</summary>
/// <param name="Series">The lines.</param>
/// <param name="Beside">The axis' name.</param>
/// <param name="Left">Left end, in the chart's units.</param>
/// <param name="Right">Right end.</param>
internal sealed record ChartLegend(IReadOnlyList<ChartSeries> Series, string Beside, double Left, double Right)
{
    /// <summary>Height of a row.</summary>
    public const double RowHeight = 16;

    private const double Sample = 24, BeforeText = 29, Gap = 12, Letter = 6.3;
    private const int LongestName = 44;

    /// <summary>Rows below that of the axis' name.</summary>
    public int ExtraRows => FitsBeside ? 0 : Places.Max(p => p.Row) + 1;

    private bool FitsBeside => Series.Sum(WidthOf) <= Right - 4 - (Beside.Length + 2) * Letter;

    /// <summary>Where each name goes: its left end and its row, -1 for that of the axis' name.</summary>
    private IReadOnlyList<(double X, int Row)> Places
    {
        get
        {
            var places = new List<(double, int)>();
            (double x, int row) = FitsBeside ? (Right - Series.Sum(WidthOf) + Gap, -1) : (4, 0);
            foreach (ChartSeries series in Series)
            {
                if (row >= 0 && x > 4 && x + WidthOf(series) - Gap > Right) (x, row) = (4, row + 1);
                places.Add((x, row));
                x += WidthOf(series);
            }
            return places;
        }
    }

    /// <summary>Draws it.</summary>
    public Markup Draw() => Markup.Join(Series.Zip(Places).Select(item =>
    {
        (ChartSeries series, (double x, int row)) = item;
        double y = 8 + (row + 1) * RowHeight;
        Markup line = series.Joined ? Markup.Of($"""<path class="line" d="M{x:0.#} {y}h{Sample}"/>""") : Markup.Empty;
        return Markup.Of(
            $"""<g class="{series.Kind}">{line}{Marker(series.Marker, x + Sample / 2, y)}</g><text x="{x + BeforeText:0.#}" y="{y + 4}">{Cut(series.Name, LongestName)}</text>""");
    }));

    /// <summary>The marker of the line number <paramref name="index"/>: disc, square, triangle, diamond, ring or cross.</summary>
    public static Markup Marker(int index, double x, double y) => (index % 6) switch
    {
        0 => Markup.Of($"""<circle class="mark" cx="{x:0.#}" cy="{y:0.#}" r="3"/>"""),
        1 => Markup.Of($"""<path class="mark" d="M{x - 3:0.#} {y - 3:0.#}h6v6h-6z"/>"""),
        2 => Markup.Of($"""<path class="mark" d="M{x:0.#} {y - 4:0.#}l4 7h-8z"/>"""),
        3 => Markup.Of($"""<path class="mark" d="M{x:0.#} {y - 4:0.#}l4 4l-4 4l-4 -4z"/>"""),
        4 => Markup.Of($"""<circle class="mark hollow" cx="{x:0.#}" cy="{y:0.#}" r="3"/>"""),
        _ => Markup.Of($"""<path class="mark hollow" d="M{x - 3:0.#} {y - 3:0.#}l6 6m0 -6l-6 6"/>"""),
    };

    /// <summary>A text that is no longer than <paramref name="length"/>.</summary>
    public static string Cut(string text, int length) => text.Length <= length ? text : $"{text[..(length - 1)]}…";

    private static double WidthOf(ChartSeries series) => BeforeText + Math.Min(series.Name.Length, LongestName) * Letter + Gap;
}
