using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>How well a cell's defence tells triggered pictures from clean ones, as facts and as a chart.</summary>
internal static class CellDetection
{
    /// <summary>TPR and FPR at the threshold, and AUROC.</summary>
    public static IEnumerable<(string Name, string Text)> Facts(Detection detection)
    {
        ScoreScale scale = detection.Scale;
        string alarm = string.Create(CultureInfo.InvariantCulture,
            $"alarm at {scale.Threshold:0.####} or {Side(scale)}{(scale.Most is int most ? $" of {most}" : "")}");
        (Proportion found, double area) = (detection.All.TruePositives, detection.All.Auroc);
        if (found.Total > 0) yield return ($"TPR, {alarm}", ResultSection.Describe(found));
        if (detection.FalsePositives.Total > 0) yield return ($"FPR, {alarm}", ResultSection.Describe(detection.FalsePositives));
        if (double.IsFinite(area)) yield return ("AUROC", area.ToString("0.000", CultureInfo.InvariantCulture));
    }

    /// <summary>Clean and triggered pictures by score.</summary>
    /// <param name="cell">Whose it is.</param>
    /// <param name="detection">The histograms.</param>
    public static Markup Chart(CellReport cell, Detection detection)
    {
        ChartSeries[] series =
        [
            .. new[]
            {
                Series("clean", "acc", detection.Bins, b => b.Clean),
                Series("triggered", "asr", detection.Bins, b => b.Triggered) with { Marker = 1 },
            }.Where(s => s.Points.Count > 0),
        ];
        if (series.Length == 0 || detection.Bins.Count < 2) return Markup.Empty;
        string of = detection.Scale.Most is int levels ? $" of {levels.ToString(CultureInfo.InvariantCulture)}" : "";
        return new LineChart($"{cell.Cell.Id}: clean and triggered pictures by {detection.Scale.What}{of}", Axis(detection),
            ChartAxis.Percent("pictures, %"), series).Draw();
    }

    private static ChartAxis Axis(Detection detection)
    {
        if (detection.Scale.Most is not int most) return ChartAxis.Over(detection.Bins.Select(Middle), detection.Scale.What);
        ChartAxis x = ChartAxis.UpTo(most, detection.Scale.What) with { Max = most };
        return x with { Ticks = [.. x.Ticks.Where(t => t <= x.Max && t == Math.Floor(t))] };
    }

    private static string Side(ScoreScale scale) =>
        scale.Most is null ? (scale.LowRaises ? "lower" : "higher") : scale.LowRaises ? "fewer" : "more";

    private static double Middle(ScoreBin bin) => (bin.From + bin.To) / 2;

    private static ChartSeries Series(string name, string kind, IReadOnlyList<ScoreBin> bins, Func<ScoreBin, int> of)
    {
        int total = bins.Sum(of);
        return new ChartSeries(name, kind, total == 0 ? [] :
        [
            .. bins.Select(bin => new ChartPoint(Middle(bin), 100.0 * of(bin) / total,
                string.Create(CultureInfo.InvariantCulture,
                    $"{Measure.Percent((double)of(bin) / total)} % ({of(bin)} / {total})"))),
        ]);
    }
}
