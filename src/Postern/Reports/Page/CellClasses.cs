using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>A cell by true class, folded away: ACC, and what triggered pictures were taken for.</summary>
internal static class CellClasses
{
    private const int MostRows = 60;

    /// <summary>The folded table; empty before the cell is done.</summary>
    public static Markup Of(CellReport report)
    {
        if (report is not { Description: CellDescription d, Result: CellResult r }) return Markup.Empty;
        int count = r.PerClassTotal.Count;
        bool attacked = r.PerClassAsrTotal is not null;
        // Of very many classes those are shown that the attack takes most of.
        IEnumerable<int> shown = count <= MostRows ? Enumerable.Range(0, count)
            : Enumerable.Range(0, count).OrderByDescending(i => attacked ? r.PerClassAsrHits![i] : -r.PerClassCorrect[i])
            .ThenBy(i => i).Take(MostRows);
        Dictionary<int, ConfusionCount> confusions = Strongest(r.TriggeredConfusion ?? [], d.TargetClass);
        Markup heads = attacked
            ? Markup.Of(
                $"""<th class="number">taken for the target (ASR)</th><th class="number">still right (RA)</th><th>strongest other mistake</th>""") : Markup.Empty;
        return Markup.Of($"""
            <details><summary>By true class{(attacked ? ": ACC, and what triggered pictures were taken for" : ": ACC")}</summary>
            <div class="scroll"><table class="classes"><thead><tr><th>class</th><th class="number">ACC</th>{heads}</tr></thead>
            <tbody>
            {shown.Select(i => Row(d, r, i, attacked, confusions.GetValueOrDefault(i)))}
            </tbody></table></div>
            {(count > MostRows ? Markup.Of($"<p class=\"note\">The {MostRows} of {count} classes that {(attacked ? "the attack takes most pictures of" : "most pictures are mistaken of")}; result.json has all.</p>") : Markup.Empty)}</details>
            """);
    }

    private static Markup Row(CellDescription d, CellResult r, int label, bool attacked, ConfusionCount? other)
    {
        Markup triggered = Markup.Empty;
        if (attacked)
        {
            int total = r.PerClassAsrTotal![label];
            int? right = r.TriggeredConfusion is { } all ? new ConfusionMatrix(all)[label, label] : null;
            string mistake = other is null
                ? "–"
                : string.Create(CultureInfo.InvariantCulture, $"{ClassName(d, other.Predicted)}: {Share(other.Count, total)}");
            triggered =
                Markup.Of(
                    $"""<td class="number">{Share(r.PerClassAsrHits![label], total)}</td><td class="number">{Share(right, total)}</td><td>{mistake}</td>""");
        }
        return Markup.Of(
            $"""<tr><th scope="row">{ClassName(d, label)}{(label == d.TargetClass ? " (target)" : "")}</th><td class="number">{Share(r.PerClassCorrect[label], r.PerClassTotal[label])}</td>{triggered}</tr>""");
    }

    /// <summary>For each true class the most frequent wrong prediction that is not the target.</summary>
    private static Dictionary<int, ConfusionCount> Strongest(IEnumerable<ConfusionCount> counts, int? target) => counts
        .Where(c => c.Predicted != c.Label && c.Predicted != target)
        .GroupBy(c => c.Label).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Count)!);

    private static string ClassName(CellDescription d, int label) =>
        string.Create(CultureInfo.InvariantCulture, $"{label} {d.ClassNames.ElementAtOrDefault(label)}").TrimEnd();

    private static string Share(int? hits, int total) => hits is not int count || total == 0 ? "–"
        : string.Create(CultureInfo.InvariantCulture, $"{Measure.Percent((double)count / total)}  ({count} / {total})");
}
