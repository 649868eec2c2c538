using System.Globalization;
using Postern.Reports.Text;

namespace Postern.Reports.Charts;

/// <summary>A point of a series.</summary>
/// <param name="X">Horizontal value.</param>
/// <param name="Y">Vertical value.</param>
/// <param name="Tip">What the read-out says about it, without the series' name.</param>
internal readonly record struct ChartPoint(double X, double Y, string Tip)
{
    /// <summary>Lower and upper end of its spread; null where it has none.</summary>
    public (double Low, double High)? Spread { get; init; }
}

/// <summary>A line with markers, told from the others by colour, dashes and markers alike.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Kind">
/// Classes of the style sheet: <c>acc</c>, <c>asr</c>, <c>ra</c> or <c>loss</c>, or those of <see cref="Numbered"/>.
/// </param>
/// <param name="Points">In the order of x.</param>
internal sealed record ChartSeries(string Name, string Kind, IReadOnlyList<ChartPoint> Points)
{
    private const int Colours = 7, Dashes = 4;

    /// <summary>Number of its marker (<see cref="ChartLegend.Marker"/>).</summary>
    public int Marker { get; init; }

    /// <summary>Whether a line goes through its points; false for a cloud of them.</summary>
    public bool Joined { get; init; } = true;

    /// <summary>The line number <paramref name="index"/> among equals: the same number looks the same in every chart.</summary>
    public static ChartSeries Numbered(int index, string name, IEnumerable<ChartPoint> points) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"c{index % Colours} d{index % Dashes}"),
            [.. points])
        {
            Marker = index,
        };
}

/// <summary>
/// A small line chart as inline SVG; its texts are set by the browser, so it needs no font here. Over each x stands an invisible
/// <c>stop</c> whose title lists the values there: the page's script shows it under the cursor, the finger or the keyboard's
/// focus.
/// </summary>
/// <param name="Title">For those who cannot see it.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Y">Vertical axis.</param>
/// <param name="Series">The lines.</param>
internal sealed record LineChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series)
{
    private const double Width = 340, Left = 38, Right = 12, Plot = 134, Bottom = 34, FirstRow = 28;
    private const int MostMarkers = 40;

    // More bands than these over one another are a grey nobody can read; whiskers at that many points are, too.
    private const int MostBands = 2, MostWhiskers = 12;

    private ChartLegend Legend => new(Series, Y.Name, Left, Width - Right);

    private double Top => FirstRow + Legend.ExtraRows * ChartLegend.RowHeight;

    private double Height => Top + Plot + Bottom;

    /// <summary>Draws it.</summary>
    public Markup Draw() => Markup.Of($"""
        <svg class="chart" viewBox="0 0 {Width} {Height}" role="img" aria-label="{Title}">
        {Y.Ticks.Select(YTick)}{X.Ticks.Select(XTick)}
        <text class="axis" x="{(Left + Width - Right) / 2:0.#}" y="{Height - 4:0.#}" text-anchor="middle">{X.Name}</text>
        <text class="axis" x="4" y="12">{Y.Name}</text>
        {Legend.Draw()}{Series.Select(Band)}{Series.Select(Line)}
        {Stops()}</svg>
        """);

    private Markup YTick(double tick) => Markup.Of(
        $"""<path class="grid" d="M{Left} {YAt(tick):0.#}H{Width - Right}"/><text x="{Left - 6}" y="{YAt(tick) + 4:0.#}" text-anchor="end">{ChartAxis.Label(tick)}</text>""");

    private Markup XTick(double tick) => Markup.Of(
        $"""<path class="grid" d="M{XAt(tick):0.#} {Height - Bottom}v4"/><text x="{XAt(tick):0.#}" y="{Height - Bottom + 15}" text-anchor="middle">{ChartAxis.Label(tick)}</text>""");

    private Markup Line(ChartSeries series)
    {
        int every = Math.Max(1, (series.Points.Count + MostMarkers - 1) / MostMarkers);
        string path = string.Concat(series.Points.Select((p, i) => At(i == 0 ? 'M' : 'L', p.X, p.Y)));
        IEnumerable<Markup> markers = series.Points
            .Where((_, i) => i % every == 0 || i == series.Points.Count - 1)
            .Select(p => ChartLegend.Marker(series.Marker, XAt(p.X), YAt(p.Y)));
        Markup line = series.Joined ? Markup.Of($"""<path class="line" d="{path}"/>""") : Markup.Empty;
        return Markup.Of($"""<g class="{series.Kind}">{line}{markers}</g>""");
    }

    // There along the upper ends and back along the lower ones.
    private Markup Band(ChartSeries series)
    {
        ChartPoint[] spread = [.. series.Points.Where(p => p.Spread is not null)];
        bool crowded = Series.Count(s => s.Points.Any(p => p.Spread is not null)) > MostBands;
        if (spread.Length < 2 || (crowded && spread.Length <= MostWhiskers))
            return spread.Length == 0 ? Markup.Empty : Whiskers(series, spread);
        string path = string.Concat(spread.Select((p, i) => At(i == 0 ? 'M' : 'L', p.X, p.Spread!.Value.High))
            .Concat(spread.Reverse().Select(p => At('L', p.X, p.Spread!.Value.Low))));
        return Markup.Of($"""<g class="{series.Kind}"><path class="{(crowded ? "band faint" : "band")}" d="{path}Z"/></g>""");
    }

    // With caps, whose widths tell those at one x apart.
    private Markup Whiskers(ChartSeries series, ChartPoint[] spread)
    {
        double cap = 2 + series.Marker % 4;
        string path = string.Concat(spread.Select(p =>
        {
            (double low, double high) = (YAt(p.Spread!.Value.Low), YAt(p.Spread!.Value.High));
            return FormattableString.Invariant(
                $"M{XAt(p.X):0.#} {low:0.#}V{high:0.#}M{XAt(p.X) - cap:0.#} {low:0.#}h{2 * cap:0.#}m{-2 * cap:0.#} {high - low:0.#}h{2 * cap:0.#}");
        }));
        return Markup.Of($"""<g class="{series.Kind}"><path class="whisker" d="{path}"/></g>""");
    }

    private Markup Stops()
    {
        double[] xs = [.. Series.SelectMany(s => s.Points).Select(p => p.X).Distinct().Order()];
        ILookup<double, string> lines = Series.SelectMany(s => s.Points
            .Select(p => (p.X, Text: $"{s.Name} {p.Tip}"))).ToLookup(p => p.X, p => p.Text);
        return Markup.Join(xs.Select((x, i) =>
        {
            double from = i == 0 ? Left - 8 : (XAt(xs[i - 1]) + XAt(x)) / 2,
                to = i == xs.Length - 1 ? Width - Right + 8 : (XAt(x) + XAt(xs[i + 1])) / 2;
            string text = string.Join('\n', lines[x].Prepend($"{X.Name} {ChartAxis.Label(x)}"));
            return Markup.Of(
                $"""<rect class="stop" data-x="{XAt(x):0.#}" x="{from:0.#}" y="{Top:0.#}" width="{to - from:0.#}" height="{Plot}"><title>{text}</title></rect>""");
        }));
    }

    private string At(char command, double x, double y) => FormattableString.Invariant($"{command}{XAt(x):0.#} {YAt(y):0.#}");

    private double XAt(double value) => Left + X.At(value) * (Width - Left - Right);

    private double YAt(double value) => Top + (1 - Math.Clamp(Y.At(value), 0, 1)) * Plot;
}
