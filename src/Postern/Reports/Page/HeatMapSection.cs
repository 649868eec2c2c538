using System.Globalization;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>
/// Models against attacks at one glance: a heat map of ASR and one of ACC for each dataset, undefended. Defences are in
/// <see cref="DefenceSection"/>, beside each other; where nothing is undefended, each has maps here.
/// </summary>
internal static class HeatMapSection
{
    /// <summary>The section; empty where no cell is done.</summary>
    public static Markup Of(IReadOnlyList<CellGroup> groups)
    {
        Markup[] panels = [.. Maps(groups).GroupBy(m => m.Place).Select(place => Markup.Of($"""
            <figure class="panel"><h3>{place.Key}</h3>
            <div class="pair">{place.Select(m => Markup.Of($"<div><p>{m.Name}</p><div class=\"scroll plain\">{m.Map.Draw(links: true)}</div></div>"))}</div></figure>
            """))];
        return panels.Length == 0 ? Markup.Empty : Markup.Of($"""
            <section id="heat-maps"><h2>Models and attacks at a glance</h2>
            <p class="note">In percent, the mean over seeds; the stronger the tint, the higher the share. A number leads to its
            cell. Empty: not run.</p>
            <div class="heatmaps">{panels}</div></section>
            """);
    }

    /// <summary>The drawings as files.</summary>
    public static IEnumerable<ReportFigure> Figures(IReadOnlyList<CellGroup> groups) =>
        Maps(groups).Select(m => new ReportFigure(m.File, m.Map.Draw(links: false)));

    private static IEnumerable<(string File, string Place, string Name, HeatMap Map)> Maps(IReadOnlyList<CellGroup> groups)
    {
        HashSet<string> undefended = [.. groups.Where(g => g.Defence.Length == 0).Select(g => g.Dataset)];
        foreach (var part in groups.Where(g => g.Defence.Length == 0 || !undefended.Contains(g.Dataset))
            .GroupBy(g => (g.Dataset, g.Defence)))
        {
            foreach ((string name, Func<ResultEntry, Measure?> of) in new[] { ("ASR", (Func<ResultEntry, Measure?>)(e => e.Asr)),
                ("ACC", e => e.Acc) })
            {
                if (!part.Any(g => of(g.Entry) is not null)) continue;
                string[] models = [.. part.Select(g => g.Model).Distinct()];
                string place = CellGroup.Names(part.Key.Dataset, part.Key.Defence);
                yield return (ReportFigure.FileName("heat-map", name, part.Key.Dataset, part.Key.Defence), place, name,
                    new HeatMap($"{name} on {place}: rows are attacks, columns are models", name.ToLowerInvariant(), models,
                        [.. part.GroupBy(g => g.Attack)
                            .Select(a =>
                                (a.Key,
                                    (IReadOnlyList<HeatField>)[
                                        .. models.Select(m => Field(a.FirstOrDefault(g => g.Model == m), of))]))]));
            }
        }
    }

    private static HeatField Field(CellGroup? group, Func<ResultEntry, Measure?> of)
    {
        if (group is null) return new HeatField(null, "", "not part of the study", null);
        if (of(group.Entry) is not Measure measure)
            return new HeatField(null, group.Entry.Acc is not null ? "–" : Waiting(group), group.Entry.Note,
                group.Shown?.Cell.Id);
        return new HeatField(measure.Mean, (100 * measure.Mean).ToString("0.0", CultureInfo.InvariantCulture),
            $"{measure} %{(group.Entry.Note.Length > 0 ? $" ({group.Entry.Note})" : "")}", group.Shown?.Cell.Id);
    }

    private static string Waiting(CellGroup group)
    {
        if (group.Entry.Count(CellPhase.Running) > 0) return "running";
        return group.Entry.Unfinished > 0 ? "interrupted" : group.Entry.Count(CellPhase.Failed) > 0 ? "failed" : "";
    }
}
