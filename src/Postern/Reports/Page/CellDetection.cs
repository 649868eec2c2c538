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
    public static IEnumerable<(string Name, string Text)> Facts(DetectionResult detection)
    {
        string alarm = string.Create(CultureInfo.InvariantCulture, $"alarm at {detection.Threshold} or {(detection.FewRaise ? "fewer" : "more")} of {detection.Trials}");
        if (detection.TruePositives.Total > 0) yield return ($"TPR, {alarm}", ResultSection.Describe(detection.TruePositives));
        if (detection.FalsePositives.Total > 0) yield return ($"FPR, {alarm}", ResultSection.Describe(detection.FalsePositives));
        if (double.IsFinite(detection.Auroc)) yield return ("AUROC", detection.Auroc.ToString("0.000", CultureInfo.InvariantCulture));
    }

    /// <summary>Clean and triggered pictures by how many draws changed their prediction.</summary>
    /// <param name="cell">Whose it is.</param>
    /// <param name="detection">The histograms.</param>
    public static Markup Chart(CellReport cell, DetectionResult detection)
    {
        ChartSeries[] series = [.. new[] { Series("clean", "acc", detection.Clean), Series("triggered", "asr", detection.Triggered) with { Marker = 1 } }.Where(s => s.Points.Count > 0)];
        if (series.Length == 0) return Markup.Empty;
        ChartAxis x = ChartAxis.UpTo(detection.Trials, "changed predictions") with { Max = detection.Trials };
        return new LineChart($"{cell.Cell.Id}: clean and triggered pictures by changed predictions of {detection.Trials.ToString(CultureInfo.InvariantCulture)}",
            x with { Ticks = [.. x.Ticks.Where(t => t <= x.Max && t == Math.Floor(t))] }, ChartAxis.Percent("pictures, %"), series).Draw();
    }

    private static ChartSeries Series(string name, string kind, IReadOnlyList<int> histogram)
    {
        int total = histogram.Sum();
        return new ChartSeries(name, kind, total == 0 ? [] :
        [
            .. histogram.Select((count, changes) => new ChartPoint(changes, 100.0 * count / total,
                string.Create(CultureInfo.InvariantCulture, $"{Measure.Percent((double)count / total)} % ({count} / {total})"))),
        ]);
    }
}
