using System.Globalization;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>ASR and ACC against an option of the attacks that the study varies (figures 5a and 5b of the paper).</summary>
internal static class SweepSection
{
    /// <summary>The section; empty where nothing is varied.</summary>
    public static Markup Of(IReadOnlyList<CellGroup> groups)
    {
        Markup[] panels =
        [
            .. Charts(groups).GroupBy(c => c.Heading).Select(g => Markup.Of(
                $"""<figure class="panel curves"><h3>{g.Key}</h3><div class="triple">{g.Select(c => c.Chart.Draw())}</div></figure>""")),
        ];
        return panels.Length == 0 ? Markup.Empty : Markup.Of($"""
            <section id="sweeps"><h2>What a setting of the attack does</h2>
            <p class="note">Mean over seeds against an option in which attacks of this study differ. The band or bar is one standard
            deviation to either
            side over several seeds, and the 95% interval of the counted pictures for one.</p>
            {panels}</section>
            """);
    }

    /// <summary>The drawings as files.</summary>
    public static IEnumerable<ReportFigure> Figures(IReadOnlyList<CellGroup> groups) =>
        Charts(groups).Select(c => new ReportFigure(c.File, c.Chart.Draw()));

    private static IEnumerable<(string File, string Heading, LineChart Chart)> Charts(IReadOnlyList<CellGroup> groups)
    {
        foreach (Sweep sweep in Sweep.Among(groups))
        {
            foreach ((string name, Func<ResultEntry, Measure?> of) in new[] { ("ASR", (Func<ResultEntry, Measure?>)(e => e.Asr)),
                ("ACC", e => e.Acc) })
            {
                ChartSeries[] series = [.. sweep.Lines.Select(
                    (line, i) => ChartSeries.Numbered(i, sweep.NameOf(line), Points(line, of))).Where(s => s.Points.Count > 0)];
                if (series.Length == 0) continue;
                string heading = $"{sweep.Option} on {sweep.Dataset}";
                ChartAxis x = ChartAxis.Over(sweep.Lines.SelectMany(l => l.Points).Select(p => p.Value), sweep.Option);
                yield return (ReportFigure.FileName("sweep", sweep.Option, name, sweep.Dataset), heading,
                    new LineChart($"{name} against {heading}: {string.Join("; ", series.Select(Describe))}", x,
                        ChartAxis.Percent($"{name}, %"), series));
            }
        }
    }

    private static IEnumerable<ChartPoint> Points(SweepLine line, Func<ResultEntry, Measure?> of) =>
        from point in line.Points
        let measure = of(point.Group.Entry)
        where measure is not null
        let spread = measure.Range
        let note = point.Group.Entry.Note
        select new ChartPoint(point.Value, 100 * measure.Mean,
            $"{measure} %{(note.Length > 0 ? $" ({note})" : "")}")
        {
            Spread = (100 * spread.Low, 100 * spread.High),
        };

    private static string Describe(ChartSeries series) => string.Create(CultureInfo.InvariantCulture,
        $"{series.Name} from {series.Points[0].Tip} at {series.Points[0].X} to {series.Points[^1].Tip} at {series.Points[^1].X}");
}
