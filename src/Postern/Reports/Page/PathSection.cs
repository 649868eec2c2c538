using System.Globalization;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>
/// ASR against ACC while networks are trained, a line for each of them, for each dataset and attack: a network that learns a
/// backdoor less may only be the weaker learner, which at the same ACC shows.
/// </summary>
internal static class PathSection
{
    private const int FewestEpochs = 2, FewestModels = 2;

    /// <summary>The section; empty where no attack has two networks to compare.</summary>
    public static Markup Of(IReadOnlyList<CellGroup> groups)
    {
        Markup[] panels = [.. Charts(groups).Select(c =>
            Markup.Of($"""<figure class="panel"><figcaption><b>{c.Place}</b></figcaption>{c.Chart.Draw()}</figure>"""))];
        return panels.Length == 0 ? Markup.Empty : Markup.Of($"""
            <section id="paths"><h2>ASR at equal accuracy</h2>
            <p class="note">ASR over ACC on test pictures, a point for each epoch that was measured, means over seeds: at the same
            ACC, whoever is higher has learnt more of the backdoor.</p><div class="triple">{panels}</div></section>
            """);
    }

    /// <summary>The drawings as files.</summary>
    public static IEnumerable<ReportFigure> Figures(IReadOnlyList<CellGroup> groups) =>
        Charts(groups).Select(c => new ReportFigure(c.File, c.Chart.Draw()));

    private static IEnumerable<(string File, string Place, LineChart Chart)> Charts(IReadOnlyList<CellGroup> groups)
    {
        foreach (var part in groups.Where(g => g.Defence.Length == 0).GroupBy(g => (g.Dataset, g.Attack)))
        {
            ChartSeries[] lines = [.. part.Select((g, i) => ChartSeries.Numbered(i, g.Model, Points(g)))
                .Where(s => s.Points.Count >= FewestEpochs)];
            if (lines.Length < FewestModels) continue;
            string place = $"{part.Key.Attack} on {part.Key.Dataset}";
            string ends = string.Join("; ", lines.Select(s => $"{s.Name} {s.Points[^1].Tip}"));
            yield return (ReportFigure.FileName("asr-over-acc", part.Key.Dataset, part.Key.Attack), place,
                new LineChart($"ASR over ACC while it is learnt, {place}: {ends}", ChartAxis.Percent("ACC, %"),
                    ChartAxis.Percent("ASR, %"), lines));
        }
    }

    private static IEnumerable<ChartPoint> Points(CellGroup network) =>
        from epoch in network.Cells.SelectMany(c => c.Metrics).GroupBy(m => m.Epoch).OrderBy(e => e.Key)
        let both = epoch.Where(m => m.Acc is not null && m.Asr is not null).ToArray()
        where both.Length > 0
        let acc = 100 * both.Average(m => m.Acc!.Value)
        let asr = 100 * both.Average(m => m.Asr!.Value)
        select new ChartPoint(acc, asr,
            string.Create(CultureInfo.InvariantCulture, $"ACC {acc:0.00}, ASR {asr:0.00} after epoch {epoch.Key}"));
}
