using System.Globalization;
using Postern.Probes;
using Postern.Studies;

namespace Postern.Reports.Charts;

/// <summary>What probes find over one axis, or over the epochs of a training, as line charts.</summary>
internal static class ProbeCharts
{
    // More lines in one chart are told apart by nothing.
    private const int MostLines = 7;

    /// <summary>A probe's curves; null where they have no point.</summary>
    public static LineChart? Of(ProbeCurve curve)
    {
        ChartSeries[] series =
        [
            .. curve.Series.Select((s, i) => ChartSeries.Numbered(i, s.Name, s.X.Index()
                .Where(x => double.IsFinite(x.Item) && double.IsFinite(s.Y[x.Index]))
                .Select(
                    x => Point(x.Item, s.Y[x.Index], s.Low.Count == 0 ? null : (s.Low[x.Index], s.High[x.Index]), curve.Unit))))
                .Where(s => s.Points.Count > 0),
        ];
        return series.Length == 0 ? null : new LineChart($"{curve.Title}: {Describe(series, curve.X)}",
            ChartAxis.Within([.. series.SelectMany(s => s.Points).Select(p => p.X)], curve.X), Y(series, curve.Y, curve.Unit),
            series);
    }

    /// <summary>A probe's numbers over the epochs of a training, those of one unit together.</summary>
    /// <param name="track">What was found.</param>
    /// <param name="epochs">How many the training has.</param>
    public static IEnumerable<LineChart> Of(ProbeTrack track, int epochs) =>
        from unit in track.Epochs.SelectMany(e => e.Numbers).DistinctBy(n => n.Name).GroupBy(n => n.Value.Unit)
        from numbers in unit.Chunk(MostLines)
        let series = numbers.Select((n, i) => ChartSeries.Numbered(i, n.Name, Points(track, n.Name)))
            .Where(s => s.Points.Count > 0).ToArray()
        where series.Length > 0
        select new LineChart($"{track.Probe} over epochs: {Describe(series, "epoch")}",
            ChartAxis.Epochs(Math.Max(epochs, track.Epochs[^1].Epoch)), Y(series, track.Probe, unit.Key), series);

    private static IEnumerable<ChartPoint> Points(ProbeTrack track, string name) =>
        from epoch in track.Epochs
        let value = epoch.Numbers.FirstOrDefault(n => n.Name == name)?.Value
        where value is not null && double.IsFinite(value.Value)
        select Point(epoch.Epoch, value.Value, value.HasInterval ? (value.Low, value.High) : null, value.Unit);

    private static ChartPoint Point(double x, double y, (double Low, double High)? spread, ProbeUnit unit) =>
        new(x, Shown(y, unit), $"{Quantity.Number(y, unit)} {Quantity.NameOf(unit)}".TrimEnd())
        {
            Spread = spread is (double low, double high) && double.IsFinite(low) && double.IsFinite(high)
                ? (Shown(low, unit), Shown(high, unit)) : null,
        };

    private static ChartAxis Y(IReadOnlyList<ChartSeries> series, string name, ProbeUnit unit)
    {
        ChartPoint[] points = [.. series.SelectMany(s => s.Points)];
        string unitName = Quantity.NameOf(unit);
        return ChartAxis.Around(points.Min(p => p.Spread?.Low ?? p.Y), points.Max(p => p.Spread?.High ?? p.Y),
            unitName.Length > 0 ? $"{name}, {unitName}" : name);
    }

    private static double Shown(double value, ProbeUnit unit) =>
        unit is ProbeUnit.Share or ProbeUnit.Change ? 100 * value : value;

    private static string Describe(IEnumerable<ChartSeries> series, string x) => string.Join("; ", series.Select(s =>
        string.Create(CultureInfo.InvariantCulture, $"{s.Name} {s.Points[^1].Tip} at {x} {s.Points[^1].X:0.##}")));
}
