using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>
/// Accuracy under PGD beside the backdoor: all balls as a table, and each against ASR, a point for every attack, since the paper
/// names a trade-off between the two and measures one of them.
/// </summary>
internal static class AdversarialSection
{
    /// <summary>The section; empty where nothing was measured.</summary>
    public static Markup Of(IReadOnlyList<CellGroup> groups)
    {
        CellGroup[] measured = [.. groups.Where(IsMeasured)];
        if (measured.Length == 0) return Markup.Empty;
        string steps = string.Join(" or ", measured.SelectMany(g => g.Cells).Select(c => c.Adversarial?.Options["steps"])
            .OfType<string>().Distinct());
        return Markup.Of($"""
            <section id="adversarial"><h2>Accuracy under PGD</h2>
            <p class="note">Test pictures that an adversary has moved against the network itself, in {steps} steps from a random
            start, within a ball around each; without a trigger. In percent, over several seeds the mean ± standard deviation.
            Below, against ASR: where robustness against the one is paid for with the other, points fall from left to right or
            rise, model by model.</p>
            <div class="scroll"><table class="sortable"><thead><tr>{Heads(measured)}</tr></thead>
            <tbody>{measured.Select(g => Row(OptionsOf(measured), g))}</tbody></table></div>
            {Charts(measured).GroupBy(c => c.Heading).Select(g => Markup.Of(
                $"""<figure class="panel curves"><h3>{g.Key}</h3><div class="triple">{g.Select(c => c.Chart.Draw())}</div></figure>"""))}
            </section>
            """);
    }

    /// <summary>The drawings as files.</summary>
    public static IEnumerable<ReportFigure> Figures(IReadOnlyList<CellGroup> groups) =>
        Charts([.. groups.Where(IsMeasured)]).Select(c => new ReportFigure(c.File, c.Chart.Draw()));

    private static bool IsMeasured(CellGroup group) => AdversarialBall.All.Any(b => group.Entry.Within(b) is not null);

    private static Markup Heads(IReadOnlyList<CellGroup> measured)
    {
        string[] words = ["dataset", "model", "attack", "defence", .. OptionsOf(measured).Heads];
        IEnumerable<string> numbers = AdversarialBall.All.Select(b => b.Title).Prepend("unmoved").Append("ASR")
            .Append("pictures");
        return Markup.Join(words.Concat(numbers).Select((name, i) => Markup.Of(
            $"""<th class="{(i < words.Length ? "" : "number")}" data-column="{i}">{name}</th>""")));
    }

    private static OptionColumns OptionsOf(IEnumerable<CellGroup> measured) =>
        OptionColumns.Of(measured.Select(g => RowSettings.Of(g.Cells[0].Cell)), "attack", "dataset", "defence");

    private static Markup Row(OptionColumns options, CellGroup cells)
    {
        Measure? unmoved = Measure.Of(from cell in cells.Cells
                                      where cell.Adversarial is not null
                                      select new SeedShare(cell.Cell.Seed, cell.Adversarial!.Clean));
        int pictures = cells.Cells.Max(c => c.Adversarial?.Clean.Total ?? 0);
        return Markup.Of($"""
            <tr><td>{cells.Dataset}</td><td><a href="#{cells.Shown!.Cell.Id}">{cells.Model}</a></td><td>{cells.Attack}</td>
            <td>{cells.Defence}</td>{options.Of(RowSettings.Of(cells.Shown!.Cell)).Select(o => Markup.Of($"<td>{o}</td>"))}{Value(unmoved)}{AdversarialBall.All.Select(b => Value(cells.Entry.Within(b)))}
            {Value(cells.Entry.Asr)}<td class="number" data-sort="{pictures}">{pictures:#,0}</td></tr>
            """);
    }

    private static Markup Value(Measure? measure) => measure is null
        ? Markup.Of($"""<td class="number" data-sort="">–</td>""")
        : Markup.Of($"""<td class="number" data-sort="{measure.Mean:0.######}">{measure.ToString()}</td>""");

    private static IEnumerable<(string File, string Heading, LineChart Chart)> Charts(IReadOnlyList<CellGroup> measured)
    {
        foreach (IGrouping<(string Dataset, string Defence), CellGroup> part in measured.GroupBy(g => (g.Dataset, g.Defence)))
        {
            string heading = CellGroup.Names(part.Key.Dataset, part.Key.Defence);
            foreach (AdversarialBall ball in AdversarialBall.All)
            {
                ChartSeries[] series =
                [
                    .. part.GroupBy(g => g.Model).Select((model, i) =>
                        ChartSeries.Numbered(i, model.Key, Points(model, ball)) with { Joined = false })
                        .Where(s => s.Points.Count > 0),
                ];
                if (series.Length == 0) continue;
                yield return (ReportFigure.FileName("adversarial", ball.Key, part.Key.Dataset, part.Key.Defence), heading,
                    new LineChart($"Accuracy under PGD, {ball.Title}, against ASR on {heading}: {string.Join("; ",
                        series.Select(Describe))}", ChartAxis.Percent("ASR, %"), ChartAxis.Percent($"{ball.Title}, %"), series));
            }
        }
    }

    private static IEnumerable<ChartPoint> Points(IEnumerable<CellGroup> attacks, AdversarialBall ball) =>
        attacks.Select(a => (a.Attack, a.Entry.Asr, Accuracy: a.Entry.Within(ball)))
            .Where(p => p is { Asr: not null, Accuracy: not null }).OrderBy(p => p.Asr!.Mean)
            .Select(p => new ChartPoint(100 * p.Asr!.Mean, 100 * p.Accuracy!.Mean, $"{p.Attack} {p.Accuracy} %"));

    private static string Describe(ChartSeries series) => string.Join(", ", series.Points.Select(p =>
        string.Create(CultureInfo.InvariantCulture, $"{series.Name} {p.Tip} at {p.X:0.00}")));
}
