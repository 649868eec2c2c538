using System.Globalization;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>
/// Training loss, ACC and ASR over epochs, a line for each attack (figures 7 to 9 of the paper), for each dataset, model and
/// defence.
/// </summary>
internal static class CurveSection
{
    private static readonly (string Name, Func<EpochMetrics, double?> Of)[] Values =
        [("training loss", e => e.Loss), ("ACC", e => 100 * e.Acc), ("ASR", e => 100 * e.Asr)];

    /// <summary>The section; empty where no model has two attacks or seeds to compare.</summary>
    public static Markup Of(IReadOnlyList<CellGroup> groups)
    {
        Markup[] rows =
        [
            .. Charts(groups).GroupBy(c => c.Heading).Select(g => Markup.Of(
                $"""<figure class="panel curves"><h3>{g.Key}</h3><div class="triple">{g.Select(c => c.Chart.Draw())}</div></figure>""")),
        ];
        return rows.Length == 0 ? Markup.Empty : Markup.Of($"""
            <section id="curves"><h2>While the backdoor is learnt</h2>
            <p class="note">After each epoch, the mean over the seeds that have finished it; the band or bar is one standard
            deviation to either side. Curves of single cells are with the cells.</p>{rows}</section>
            """);
    }

    /// <summary>The drawings as files.</summary>
    public static IEnumerable<ReportFigure> Figures(IReadOnlyList<CellGroup> groups) =>
        Charts(groups).Select(c => new ReportFigure(c.File, c.Chart.Draw()));

    private static IEnumerable<(string File, string Heading, LineChart Chart)> Charts(IReadOnlyList<CellGroup> groups)
    {
        foreach (var part in groups.GroupBy(g => (g.Dataset, g.Model, g.Defence)))
        {
            CellGroup[] begun = [.. part.Where(g => g.Cells.Any(c => c.Metrics.Count > 0))];
            if (begun.Sum(g => g.Cells.Count(c => c.Metrics.Count > 0)) < 2) continue;
            int last = begun.SelectMany(g => g.Cells)
                .Max(c => Math.Max(c.State.Epochs, c.Metrics.Count > 0 ? c.Metrics[^1].Epoch : 0));
            foreach ((string name, Func<EpochMetrics, double?> of) in Values)
            {
                ChartSeries[] series = [.. begun.Select((g, i) => ChartSeries.Numbered(i, g.Attack, Points(g, of, name)))
                    .Where(s => s.Points.Count > 0)];
                if (series.Length == 0) continue;
                ChartAxis y = name == Values[0].Name
                    ? ChartAxis.UpTo(series.SelectMany(s => s.Points).Max(p => p.Spread?.High ?? p.Y), name)
                    : ChartAxis.Percent($"{name}, %");
                string heading = $"{CellGroup.Names(part.Key.Model, part.Key.Defence)} on {part.Key.Dataset}";
                yield return (ReportFigure.FileName("curves", name, part.Key.Dataset, part.Key.Model, part.Key.Defence), heading,
                    new LineChart($"{name} over epochs, {heading}: {string.Join("; ", series.Select(Describe))}",
                        ChartAxis.Epochs(last), y, series));
            }
        }
    }

    private static IEnumerable<ChartPoint> Points(CellGroup attack, Func<EpochMetrics, double?> of, string name) =>
        from epoch in attack.Cells.SelectMany(c => c.Metrics).GroupBy(m => m.Epoch).OrderBy(e => e.Key)
        let values = epoch.Select(of).OfType<double>().Where(double.IsFinite).ToArray()
        where values.Length > 0
        select Point(epoch.Key, values, name == Values[0].Name ? "0.0000" : "0.00");

    private static ChartPoint Point(int epoch, double[] values, string format)
    {
        double mean = values.Average();
        if (values.Length == 1) return new ChartPoint(epoch, mean, Text(mean));
        double sd = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        return new ChartPoint(epoch, mean,
            string.Create(CultureInfo.InvariantCulture, $"{Text(mean)} ± {Text(sd)} (n={values.Length})"))
        {
            Spread = (Math.Max(0, mean - sd), mean + sd),
        };

        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static string Describe(ChartSeries series) =>
        string.Create(CultureInfo.InvariantCulture, $"{series.Name} {series.Points[^1].Tip} after epoch {series.Points[^1].X}");
}
