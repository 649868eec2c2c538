using System.Globalization;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>The curves of one cell over its epochs: training loss, and ACC with ASR and RA.</summary>
internal static class CellCharts
{
    private static readonly string[] Kinds = ["acc", "asr", "ra", "loss"];

    /// <summary>The charts of those values that were recorded; none before the first epoch.</summary>
    public static IEnumerable<Markup> Of(CellReport cell)
    {
        if (cell.Metrics.Count == 0) yield break;
        ChartAxis epochs = ChartAxis.Epochs(Math.Max(cell.State.Epochs, cell.Metrics[^1].Epoch));
        ChartSeries loss = Series("loss", "loss", cell.Metrics, e => e.Loss,
            v => v.ToString("0.0000", CultureInfo.InvariantCulture));
        if (loss.Points.Count > 0)
            yield return new LineChart(Describe(cell, loss), epochs, ChartAxis.UpTo(loss.Points.Max(p => p.Y), "training loss"),
                [loss]).Draw();

        ChartSeries[] shares =
        [
            .. new[] { Share("ACC", "acc", e => e.Acc), Share("ASR", "asr", e => e.Asr), Share("RA", "ra", e => e.Ra) }
                .Where(s => s.Points.Count > 0),
        ];
        if (shares.Length > 0)
            yield return new LineChart(Describe(cell, shares), epochs, ChartAxis.Percent("test pictures, %"), shares).Draw();

        ChartSeries Share(string name, string kind, Func<EpochMetrics, double?> of) =>
            Series(name, kind, cell.Metrics, e => 100 * of(e), v => $"{Measure.Percent(v / 100)} %");
    }

    private static ChartSeries Series(
        string name, string kind, IReadOnlyList<EpochMetrics> metrics, Func<EpochMetrics, double?> of,
        Func<double, string> text) =>
        new(name, kind,
        [
            .. from epoch in metrics
               let value = of(epoch)
               where value is double v && double.IsFinite(v)
               select new ChartPoint(epoch.Epoch, value.Value, text(value.Value)),
        ])
        {
            Marker = Array.IndexOf(Kinds, kind),
        };

    private static string Describe(CellReport cell, params ChartSeries[] series) =>
        $"{cell.Cell.Id}: "
            + $"{string.Join("; ", series.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} over epochs, {s.Points[^1].Tip} after epoch {s.Points[^1].X}")))}";
}
