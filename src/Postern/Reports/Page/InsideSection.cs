using System.Globalization;
using Postern.Probes;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>
/// What probes found inside the networks: for each probe its numbers over all cells that it looked into, and with each cell its
/// tables, curves and heat maps. It knows the parts of findings and no probe.
/// </summary>
internal static class InsideSection
{
    // As many are shown unfolded.
    private const int FewNumbers = 16;

    /// <summary>The section; empty where no probe has looked.</summary>
    /// <param name="groups">The cells.</param>
    /// <param name="hasCards">Whether each cell's tables, curves and maps follow the numbers.</param>
    public static Markup Of(IReadOnlyList<CellGroup> groups, bool hasCards)
    {
        CellReport[] cells = [.. groups.SelectMany(g => g.Cells).Where(HasFindings)];
        if (cells.Length == 0) return Markup.Empty;
        bool isLong = CellCard.Long(cells.Length) != Markup.Empty;
        return Markup.Of($"""
            <section id="inside"><h2>Inside the networks</h2>
            <p class="note">What probes found of the trained networks, on test pictures; 95% intervals know the chance of the
            pictures and not how trainings differ. Over several seeds the mean ± standard deviation.</p>
            {cells.SelectMany(c => c.Findings.Damages).Distinct().Select(d => Markup.Of($"<p class=\"reason\">{d}</p>"))}
            {Probes(cells).Select(probe => Markup.Of($"""
                <h3 class="group">{probe} <small>{ProbeCatalog.All.Find(probe)?.Summary ?? ""}</small></h3>
                {Numbers(probe, groups)}
                {(hasCards ? cells.SelectMany(c => FindingCard.Of(c, probe, isLong)) : [])}
                """))}
            </section>
            """);
    }

    /// <summary>The curves as files.</summary>
    public static IEnumerable<ReportFigure> Figures(IReadOnlyList<CellGroup> groups) =>
        from cell in groups.SelectMany(g => g.Cells)
        from chart in cell.Findings.Records.SelectMany(r => r.Finding.Curves.Select(ProbeCharts.Of).OfType<LineChart>()
            .Select(c => (r.Probe, Chart: c))).Concat(cell.Findings.Tracks
            .SelectMany(t => ProbeCharts.Of(t, cell.State.Epochs).Select(c => (t.Probe, Chart: c))))
        select new ReportFigure(ReportFigure.FileName("inside", chart.Probe, cell.Cell.Id), chart.Chart.Draw());

    private static bool HasFindings(CellReport cell) =>
        cell.Findings.Records.Count + cell.Findings.Tracks.Count + cell.Findings.Damages.Count > 0;

    private static IEnumerable<string> Probes(IEnumerable<CellReport> cells) =>
        cells.SelectMany(c => c.Findings.Records.Select(r => r.Probe).Concat(c.Findings.Tracks.Select(t => t.Probe)))
            .Distinct().OrderBy(name => ProbeCatalog.All.Index().Where(p => p.Item.Name == name).Select(p => p.Index)
                .DefaultIfEmpty(int.MaxValue).First());

    private static Markup Numbers(string probe, IReadOnlyList<CellGroup> groups)
    {
        (CellGroup Group, ProbeFinding[] Findings)[] seen =
        [
            .. groups.Select(g => (g, g.Cells.Select(c => c.Findings.Records.FirstOrDefault(r => r.Probe == probe)?.Finding)
                .OfType<ProbeFinding>().ToArray())).Where(g => g.Item2.Length > 0),
        ];
        ProbeNumber[] names = [.. seen.SelectMany(g => g.Findings).SelectMany(f => f.Numbers).DistinctBy(n => n.Name)];
        return names.Length == 0 ? Markup.Empty : Markup.Of($"""
            <details{(names.Length <= FewNumbers ? Markup.Trusted(" open") : Markup.Empty)}><summary>{names.Length} numbers</summary>
            <div class="scroll finding"><table><thead><tr><th>number</th>{seen.Select(g => Markup.Of($"""
                <th class="number"><a href="#{g.Group.Shown?.Cell.Id ?? ""}">{g.Group.Model}</a><br>{CellGroup.Names(
                    g.Group.Attack, g.Group.Defence)}</th>
                """))}</tr></thead>
            <tbody>{names.Select(n => Markup.Of($"""
                <tr><th scope="row" title="{n.Name}">{n.Title}{Unit(n)}</th>{seen.Select(g => Markup.Of(
                    $"<td class=\"number\">{Text([.. g.Findings.Select(f => f[n.Name]).OfType<Quantity>()])}</td>"))}</tr>
                """))}</tbody></table></div></details>
            """);
    }

    private static string Unit(ProbeNumber number) =>
        Quantity.NameOf(number.Value.Unit) is { Length: > 0 } unit ? $", {unit}" : "";

    private static string Text(Quantity[] seeds)
    {
        if (seeds.Length < 2) return seeds.Length == 0 ? "–" : seeds[0].ToString();
        double[] known = [.. seeds.Select(s => s.Value).Where(double.IsFinite)];
        if (known.Length < 2) return known.Length == 0 ? "–" : seeds[0].Number(known[0]);
        double mean = known.Average(), sd = Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / (known.Length - 1));
        return string.Create(CultureInfo.InvariantCulture,
            $"{seeds[0].Number(mean)} ± {seeds[0].Number(sd).TrimStart('+')} (n={known.Length})");
    }
}
