namespace Postern.Reports;

/// <summary>A point of a series.</summary>
/// <param name="X">Horizontal value.</param>
/// <param name="Y">Vertical value.</param>
/// <param name="Tip">What its tooltip says.</param>
internal readonly record struct ChartPoint(double X, double Y, string Tip);

/// <summary>A line with markers. Colour and dashes come from the page's style sheet by <paramref name="Kind"/>.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Kind"><c>acc</c>, <c>asr</c>, <c>ra</c> or <c>loss</c>.</param>
/// <param name="Points">In the order of x.</param>
internal sealed record ChartSeries(string Name, string Kind, IReadOnlyList<ChartPoint> Points);

/// <summary>A small line chart as inline SVG; its texts are set by the browser, so it needs no font here.</summary>
/// <param name="Title">For those who cannot see it.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Y">Vertical axis.</param>
/// <param name="Series">One to three lines; each has its own colour, dashes and marker.</param>
internal sealed record LineChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series)
{
    private const double Width = 340, Height = 196, Left = 38, Right = 12, Top = 28, Bottom = 34;
    private const int MostMarkers = 40;

    /// <summary>Draws it.</summary>
    public Markup Draw() => Markup.Of($"""
        <svg class="chart" viewBox="0 0 {Width} {Height}" role="img" aria-label="{Title}">
        {Y.Ticks.Select(YTick)}{X.Ticks.Select(XTick)}
        <text class="axis" x="{(Left + Width - Right) / 2:0.#}" y="{Height - 4:0.#}" text-anchor="middle">{X.Name}</text>
        <text class="axis" x="4" y="12">{Y.Name}</text>
        {Series.Select(Legend)}{Series.Select(Line)}
        </svg>
        """);

    private Markup YTick(double tick) => Markup.Of(
        $"""<path class="grid" d="M{Left} {YAt(tick):0.#}H{Width - Right}"/><text x="{Left - 6}" y="{YAt(tick) + 4:0.#}" text-anchor="end">{ChartAxis.Label(tick)}</text>""");

    private Markup XTick(double tick) => Markup.Of(
        $"""<path class="grid" d="M{XAt(tick):0.#} {Height - Bottom}v4"/><text x="{XAt(tick):0.#}" y="{Height - Bottom + 15}" text-anchor="middle">{ChartAxis.Label(tick)}</text>""");

    private Markup Legend(ChartSeries series, int index)
    {
        double x = Width - Right - 62 * (Series.Count - index), y = 8;
        return Markup.Of($"""<g class="{series.Kind}"><path class="line" d="M{x:0.#} {y}h24"/>{Marker(index, x + 12, y, "")}</g><text x="{x + 29:0.#}" y="{y + 4}">{series.Name}</text>""");
    }

    private Markup Line(ChartSeries series, int index)
    {
        int every = Math.Max(1, (series.Points.Count + MostMarkers - 1) / MostMarkers);
        string path = string.Concat(series.Points.Select((p, i) =>
            FormattableString.Invariant($"{(i == 0 ? 'M' : 'L')}{XAt(p.X):0.#} {YAt(p.Y):0.#}")));
        IEnumerable<Markup> markers = series.Points
            .Where((_, i) => i % every == 0 || i == series.Points.Count - 1)
            .Select(p => Marker(index, XAt(p.X), YAt(p.Y), p.Tip));
        return Markup.Of($"""<g class="{series.Kind}"><path class="line" d="{path}"/>{markers}</g>""");
    }

    /// <summary>A disc, a square or a triangle.</summary>
    private static Markup Marker(int index, double x, double y, string tip)
    {
        Markup title = tip.Length > 0 ? Markup.Of($"<title>{tip}</title>") : Markup.Empty;
        return (index % 3) switch
        {
            0 => Markup.Of($"""<circle class="mark" cx="{x:0.#}" cy="{y:0.#}" r="3">{title}</circle>"""),
            1 => Markup.Of($"""<path class="mark" d="M{x - 3:0.#} {y - 3:0.#}h6v6h-6z">{title}</path>"""),
            _ => Markup.Of($"""<path class="mark" d="M{x:0.#} {y - 4:0.#}l4 7h-8z">{title}</path>"""),
        };
    }

    private double XAt(double value) => Left + X.At(value) * (Width - Left - Right);

    private double YAt(double value) => Height - Bottom - Y.At(value) * (Height - Top - Bottom);
}
