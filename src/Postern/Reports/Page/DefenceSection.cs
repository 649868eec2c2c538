using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>
/// What stops a backdoor: for each backbone attacks by defences, detectors' ROC curves, what repairs are worth and whether they
/// last, whom filters removed, and what scans found.
/// </summary>
internal static class DefenceSection
{
    private const int MatrixDefences = 2;

    /// <summary>The section; empty where fewer than two defences are done.</summary>
    /// <param name="summary">The study's cells.</param>
    /// <param name="isBrief">Whether scans show the triggers of the suspect and the target alone, not of each class.</param>
    public static Markup Of(StudySummary summary, bool isBrief)
    {
        CellReport[] done = [.. summary.Cells.Where(c => c.Result is not null)];
        if (done.Select(c => c.Cell.DefenceLabel).Distinct().Count() < MatrixDefences) return Markup.Empty;
        return Markup.Of($"""
            <section id="defences"><h2>What stops it</h2>
            {Matrices(summary.Rated)}{Curves(done)}{Repairs(done)}{Filters(done)}{Scans(done, isBrief)}{Absent(done)}</section>
            """);
    }

    private static Markup Matrices(IEnumerable<CellReport> rated)
    {
        var groups = CellGroup.Of(rated);
        return Markup.Of($"""
            {groups.GroupBy(g => (g.Dataset, g.Model)).Select(g => Matrix(CellGroup.Names(g.Key.Model, g.Key.Dataset), [.. g]))}
            <p class="note">In each field ASR, and below it ACC, in percent; the bar is ASR. The clean model comes first: a defence's
            cost where there is nothing to defend. Empty: not run.</p>
            """);
    }

    private static Markup Matrix(string title, IReadOnlyList<CellGroup> groups)
    {
        string[] defences = [.. groups.Select(g => g.Defence).Distinct().OrderBy(d => d.Length > 0)];
        string[] attacks =
            [.. groups.GroupBy(g => g.Attack).OrderBy(g => g.Any(c => c.Entry.Asr is not null)).Select(g => g.Key)];
        return defences.Length < MatrixDefences ? Markup.Empty : Markup.Of($"""
            <h3>{title}</h3><div class="scroll"><table class="results matrix"><thead><tr><th>attack</th>
            {defences.Select(d => Markup.Of($"<th class=\"number\">{(d.Length == 0 ? "none" : d)}</th>"))}</tr></thead>
            <tbody>{attacks.Select(a => Markup.Of($"""
                <tr><th scope="row">{a}</th>{defences
                    .Select(d => Field(groups.FirstOrDefault(g => g.Attack == a && g.Defence == d)))}</tr>
                """))}</tbody></table></div>
            """);
    }

    private static Markup Field(CellGroup? group)
    {
        if (group?.Entry.Acc is not Measure acc) return Markup.Of($"<td class=\"number\"></td>");
        Measure? asr = group.Entry.Asr;
        string bar = asr is null ? "" : string.Create(CultureInfo.InvariantCulture, $"--v:{asr.Mean:0.####}");
        return Markup.Of($"""
            <td class="number asr bar" style="{bar}"><a href="#{group.Shown!.Cell.Id}">{(asr is null ? "–" : Measure.Percent(asr.Mean))}</a>
            <span class="state">ACC {Measure.Percent(acc.Mean)}</span></td>
            """);
    }

    private static Markup Curves(CellReport[] done)
    {
        var places = done.Where(c => c.Roc is not null)
            .GroupBy(c => CellGroup.Names(c.Cell.DatasetLabel, c.Cell.ModelLabel, c.Cell.AttackLabel)).ToArray();
        return places.Length == 0 ? Markup.Empty : Markup.Of($"""
            <h3>Detectors' ROC curves</h3><div class="triple">{places.Select(p => Markup.Of(
                $"""<figure class="panel"><figcaption><b>{p.Key}</b></figcaption>{Chart(p.Key, p).Draw()}</figure>"""))}</div>
            """);

        static LineChart Chart(string place, IEnumerable<CellReport> cells) => new(place, ChartAxis.Percent("FPR, %"),
            ChartAxis.Percent("TPR, %"), [.. cells.DistinctBy(c => c.Cell.DefenceLabel).Select((c, i) =>
                ChartSeries.Numbered(i, c.Cell.DefenceLabel, c.Roc!.Points.Select(Point)))]);
    }

    private static ChartPoint Point((double Threshold, double Fpr, double Tpr) point) => new(100 * point.Fpr, 100 * point.Tpr,
        string.Create(CultureInfo.InvariantCulture, $"TPR {100 * point.Tpr:0.0} % at FPR {100 * point.Fpr:0.0} %"));

    private static Markup Repairs(CellReport[] done) => Table("Repairs",
        ["model", "attack", "defence", "ACC", "ASR", "RA", "DER", "RIR", "ASR tuned again", "the same of a clean model", "time"],
        from cell in done
        let result = cell.Result!
        where result.Measurements.Any(m => m.Weights == MeasuredWeights.Repaired)
        let after = result.Measurements[0]
        let before = result.Measurements.First(m => m.Weights == MeasuredWeights.Last)
        select Row(cell,
        [
            Measure.Percent(after.Acc.Value), Percent(after.Asr), Percent(after.Ra),
            after.Asr is { } asr && before.Asr is { } was
                ? Number(RepairScores.Der(before.Acc.Value, was.Value, after.Acc.Value, asr.Value)) : "–",
            after.Ra is { } ra && before.Ra is { } had
                ? Number(RepairScores.Rir(before.Acc.Value, had.Value, after.Acc.Value, ra.Value)) : "–",
            Percent(result.Retuning?.After), Percent(result.Retuning?.FloorAfter), Cost(result),
        ]),
        "DER and RIR: 0.5 where nothing changes, 1 where ASR goes (RA comes back) at no cost. Tuned again with a few poisoned pictures: "
            + "where ASR rises well above that of a clean model treated alike, the backdoor was hidden and not gone.");

    private static Markup Filters(CellReport[] done) => Table("Filters of the training set",
        ["model", "attack", "defence", "TPR", "FPR", "most removed of a class", "ACC", "ASR", "time"],
        from cell in done
        where cell.Result!.Filtered is not null
        let found = cell.Result!.Filtered!
        select Row(cell,
        [
            found.TruePositives.Total == 0 ? "–" : Measure.Percent(found.TruePositives.Value),
            Measure.Percent(found.FalsePositives.Value),
            Measure.Percent(found.PerClass.Where(p => p.Total > 0).Select(p => p.Value).DefaultIfEmpty(0).Max()),
            Percent(cell.Acc), Percent(cell.Asr), Cost(cell.Result!),
        ]),
        "Removed poisons and removed clean samples, in percent; ACC and ASR of the model that was trained anew on the rest.");

    private static Markup Scans(CellReport[] done, bool isBrief)
    {
        CellReport[] scanned = [.. done.Where(c => c.Result!.Scans.Count > 0)];
        return Markup.Of($"""
            {Table("Scans of the model", ["model", "attack", "defence", "verdict", "suspect", "target", "suspicion", "cut", "clean models", "time"],
            scanned.Select(c => Row(c, ScanFields(c))),
            "The suspect is the class that looks most like a target, flagged or not. A clean model's row says how far the cut is off.")}
            <div class="gallery">{scanned.Where(c => c.Triggers is not null).Select(c => Pictures(c, isBrief))}</div>
            """);
    }

    private static string[] ScanFields(CellReport cell)
    {
        ScanResult scan = cell.Result!.Scans[0];
        return
        [
            scan.Flagged.Count == 0 ? "clean" : $"backdoor to {string.Join(", ", scan.Flagged)}", $"{scan.Suspect}",
            Target(cell),
            scan.Suspicion is double s ? $"{scan.SuspicionName} {Number(s)}" : "–", scan.Cut is double cut ? Number(cut) : "–",
            scan.ExceedsCleanModels is bool more
                ? $"{(more ? "above" : "within")} {scan.CleanSuspicions!.Count} clean ones, at most {Number(scan.CleanSuspicions!.Max())}" : "–",
            Cost(cell.Result!),
        ];
    }

    private static string Target(CellReport cell) =>
        cell.Description?.TargetClass?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static Markup Pictures(CellReport cell, bool isBrief)
    {
        if (!isBrief) return Pictures(cell, "the trigger found for each class", cell.Triggers!);
        ScanResult scan = cell.Result!.Scans[0];
        int[] shown = [.. new[] { scan.Suspect, cell.Description?.TargetClass }.OfType<int>().Distinct()];
        return shown.Length == 0 ? Markup.Empty
            : Pictures(cell, $"the trigger found for class {string.Join(" and for class ", shown)}",
                CellDirectory.TriggersOf(cell.Triggers!, $"{cell.Cell.Id}/{scan.TriggersFile}", scan.Classes.Count, shown));
    }

    private static Markup Pictures(CellReport cell, string what, byte[] triggers) => Markup.Of($"""
        <figure class="panel"><figcaption><b>{CellGroup.Names(cell.Cell.ModelLabel, cell.Cell.AttackLabel, cell.Cell.DefenceLabel)}</b>
        {what}; target {Target(cell)}</figcaption>
        <img alt="{what}" src="data:image/png;base64,{Convert.ToBase64String(triggers)}">
        {(cell.Preview is null ? Markup.Empty : Markup.Of($"""
        <img alt="The true trigger: clean, triggered, difference" src="data:image/png;base64,{Convert.ToBase64String(cell.Preview)}">
        """))}</figure>
        """);

    private static Markup Absent(CellReport[] done)
    {
        CellReport[] absent = [.. done.Where(c => c.Result!.NotApplicable is not null)];
        return absent.Length == 0 ? Markup.Empty : Markup.Of($"""
            <h3>Not applicable</h3><ul>{absent.Select(c => Markup.Of($"""
                <li><a href="#{c.Cell.Id}">{CellGroup.Names(c.Cell.ModelLabel, c.Cell.AttackLabel, c.Cell.DefenceLabel)}</a>:
                {c.Result!.NotApplicable!}</li>
                """))}</ul>
            """);
    }

    private static Markup Table(string title, string[] heads, IEnumerable<Markup> rows, string note)
    {
        Markup[] all = [.. rows];
        return all.Length == 0 ? Markup.Empty : Markup.Of($"""
            <h3>{title}</h3><div class="scroll"><table class="sortable"><thead><tr>
            {heads.Select((h, i) => Markup.Of($"""<th class="{(i > 2 ? "number" : "")}" data-column="{i}">{h}</th>"""))}</tr></thead>
            <tbody>{all}</tbody></table></div><p class="note">{note}</p>
            """);
    }

    private static Markup Row(CellReport cell, string[] fields) => Markup.Of($"""
        <tr><td>{cell.Cell.ModelLabel}</td><td>{cell.Cell.AttackLabel}</td><td><a href="#{cell.Cell.Id}">{cell.Cell.DefenceLabel}</a></td>
        {fields.Select(f => Markup.Of($"<td class=\"number\">{f}</td>"))}</tr>
        """);

    private static string Percent(Proportion? share) => share is { Total: > 0 } s ? Measure.Percent(s.Value) : "–";

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Cost(CellResult result) => result.DefenceSeconds is double seconds ? Duration.Text(seconds) : "–";
}
