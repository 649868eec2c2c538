using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>
/// The main table as HTML: ACC and ASR of each model, and accuracy under PGD where it was measured; intervals in the tooltips,
/// links to the cells.
/// </summary>
internal static class ResultSection
{
    /// <summary>The table.</summary>
    public static Markup Of(ResultTable table) => Markup.Of($"""
        <section id="results"><h2>Results</h2>
        {(table.Settings.Length > 0 ? Markup.Of($"<p class=\"note\">{table.Settings}</p>") : Markup.Empty)}
        <div class="scroll"><table class="results sortable{(table.Rows.Select(r => r.Dataset).Distinct().Count() == 1 ? " single" : "")}">
        <thead><tr>{table.RowNames.Select((n, i) => Markup.Of($"""<th rowspan="2" data-column="{i}">{n}</th>"""))}
        {table.Models.Select(m => Markup.Of($"""<th colspan="{table.Measures.Count}" class="model">{m}</th>"""))}</tr>
        <tr>{table.Models.SelectMany((_, model) => table.Measures.Select((head, i) => Markup.Of($"""<th class="number{(i == 0 ? " first" : "")}" data-column="{table.RowNames.Count + model * table.Measures.Count + i}">{head}</th>""")))}</tr></thead>
        <tbody>{table.Rows.Select(r => Row(table, r))}</tbody></table></div>
        <p class="note">In percent; over several seeds the mean ± standard deviation, n the number of seeds. Rest on a number for
        its 95% interval
        and counts, follow it to its curves. Empty: not run. –: nothing to
        measure.{(table.HasDefences ? " DER rates a defence: 0.5 where it changes nothing, 1 where it takes a full ASR and no ACC." : "")}
        {(table.HasAdversarial ? $"{table.AdversarialLegend} " : "")}Tables: <a href="results.csv">results.csv</a>, <a href="results.md">results.md</a>, <a href="results.tex">results.tex</a>.</p>
        {table.Notes.Select(n => Markup.Of($"<p class=\"note\">{n}</p>"))}{Detectors(table.Detectors)}
        </section>
        """);

    private static Markup Detectors(DetectionTable table) => table.Rows.Count == 0 ? Markup.Empty : Markup.Of($"""
        <h3 id="detectors">Detectors</h3><div class="scroll"><table class="detections sortable"><thead><tr>
        {table.Heads.Select((h, i) => Markup.Of($"""<th class="{(table.IsNumber(i) ? "number" : "")}" data-column="{i}">{h}</th>"""))}</tr></thead>
        <tbody>{table.Rows.Select(r => Detector(table, r))}</tbody></table></div>
        <p class="note">{DetectionTable.Legend} <a href="detections.csv">detections.csv</a></p>
        """);

    private static Markup Detector(DetectionTable table, DetectionRow row)
    {
        string? target = row.Cells.FirstOrDefault(c => c.Result is not null)?.Cell.Id;
        return Markup.Of($"""
            <tr>{table.NamesOf(row).Select((n, i) => i == 3 && target is not null ? Markup.Of($"<td><a href=\"#{target}\">{n}</a></td>") : Markup.Of($"<td>{n}</td>"))}
            <td class="number first" data-sort="{row.Auroc?.Mean.ToString("0.######", CultureInfo.InvariantCulture)}">{row.Auroc?.ToString()}</td>
            {new[] { row.Tpr, row.Fpr, row.TprAtFpr5 }.Select(m => Markup.Of($"<td class=\"number\" data-sort=\"{(m is null ? "" : m.Mean.ToString("0.######", CultureInfo.InvariantCulture))}\">{m?.ToString()}</td>"))}
            <td class="remark">{row.Note}</td></tr>
            """);
    }

    /// <summary>A share with its interval, in percent: <c>93.40 (91.70 to 94.80), 934 of 1000</c>.</summary>
    public static string Describe(Proportion share) => string.Create(CultureInfo.InvariantCulture,
        $"{Measure.Percent(share.Value)} ({Measure.Percent(share.Low)} to {Measure.Percent(share.High)}), {share.Hits} of "
            + $"{share.Total}");

    private static Markup Row(ResultTable table, ResultRow row) => Markup.Of(
        $"<tr>{table.NamesOf(row).Select(n => Markup.Of($"<th scope=\"row\">{n}</th>"))}{row.Entries.Select(e => Entry(e, table.HasAdversarial))}</tr>");

    private static AdversarialBall Shown => AdversarialBall.All[0];

    private static Markup Entry(ResultEntry entry, bool adversarial)
    {
        Markup note = entry.Note.Length > 0 ? Markup.Of($"""<span class="state">{entry.Note}</span>""") : Markup.Empty;
        if (entry.Acc is null)
            return Markup.Of(
                $"""<td class="number first" data-sort="">{note}</td><td class="number" data-sort=""></td>{(adversarial ? Markup.Of($"""<td class="number" data-sort=""></td>""") : Markup.Empty)}""");
        string target = entry.Cells.First(c => c.Result is not null).Cell.Id;
        return Markup.Of(
            $"{Value(entry.Acc, "acc first", target, note)}{Value(entry.Asr, "asr", target, Rating(entry.Der))}{(adversarial ? Value(entry.Within(Shown), "acc", target, Markup.Empty) : Markup.Empty)}");
    }

    private static Markup Rating(SeedScores? der) => der is null ? Markup.Empty
        : Markup.Of($"""<span class="state">DER {der.ToString()}</span>""");

    private static Markup Value(Measure? measure, string kind, string target, Markup note)
    {
        if (measure is null) return Markup.Of($"""<td class="number" data-sort="">–{note}</td>""");
        string title = string.Join('\n',
            measure.Seeds.Select(s => string.Create(CultureInfo.InvariantCulture, $"seed {s.Seed}: {Describe(s.Share)}")));
        Markup sd = measure.Sd is double value
            ? Markup.Of($"""<span class="sd">± {Measure.Percent(value)}</span>""") : Markup.Empty;
        return Markup.Of(
            $"""<td class="number {kind} bar" style="--v:{measure.Mean:0.####}" data-sort="{measure.Mean:0.######}" title="{title}"><a href="#{target}">{Measure.Percent(measure.Mean)}</a>{sd}{note}</td>""");
    }
}
