using System.Globalization;
using Postern.Reports.Exporters;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>
/// The study beside the paper: measured and printed values with their difference, a table for each of the paper's, and the
/// averages.
/// </summary>
internal static class PaperSection
{
    private const string Difference = "difference";

    private static readonly string[] Words = ["dataset", "attack", "defence", "model"],
        Numbers = ["ACC", "published", Difference, "ASR", "published", Difference];

    /// <summary>The section; empty where the paper prints nothing about the study's cells.</summary>
    public static Markup Of(PaperComparison? comparison)
    {
        if (comparison is null) return Markup.Empty;
        Markup[] tables = [.. ByTable(comparison.Rows).Select(t => Table(comparison, t.Table, t.Rows))];
        return tables.Length == 0 ? Markup.Empty : Markup.Of($"""
            <section id="paper"><h2>Beside the paper</h2>
            <p class="note">{comparison.Source}. In percent, mean ± standard deviation over n seeds; differences are measured −
            published, in points, where the setting is the paper's.{(comparison.Options.Common.Length > 0 ? $" In all attacked rows {comparison.Options.Common}." : "")}
            Files: {ReportExporters.Paper.Select((f, i) => Markup.Of($"""{(i > 0 ? ", " : "")}<a href="{f.File}">{f.File}</a>"""))}.</p>
            {tables}{Averages(comparison.Averages)}</section>
            """);
    }

    /// <summary>The rows of each table and figure that prints something about them, in the order of their first rows.</summary>
    private static IEnumerable<(string Table, PaperRow[] Rows)> ByTable(IReadOnlyList<PaperRow> rows) =>
        from row in rows
        from table in row.Acc.Printed.Concat(row.Asr.Printed).SelectMany(p => p.Tables).Distinct()
        group row by table into same
        orderby same.Key
        select (same.Key, same.ToArray());

    private static Markup Table(PaperComparison comparison, string table, PaperRow[] rows)
    {
        string[] words = [.. Words, .. comparison.Options.Heads];
        // Where no row is of the paper's setting there is no difference, and the note needs the room.
        bool compares = rows.Any(r => DifferenceOf(r.Acc, table) is not null || DifferenceOf(r.Asr, table) is not null);
        string[] numbers = [.. Numbers.Where(n => compares || n != Difference)];
        return Markup.Of($"""
            <h3>{table}{(rows.Any(r => r.Settings.Count > 0)
                ? Markup.Of($" <span class=\"badge undecided\">{PaperSettings.Badge}</span>") : Markup.Empty)}</h3><div class="scroll"><table class="paper sortable"><thead><tr>
            {words.Concat(numbers).Append("n").Append("note").Select((h, i) => Markup.Of($"""<th class="{(i >= words.Length && i <= words.Length + numbers.Length ? "number" : "")}" data-column="{i}">{h}</th>"""))}</tr></thead>
            <tbody>{rows.Select(r => Row(comparison, r, table, compares))}</tbody></table></div>
            """);
    }

    private static Markup Row(PaperComparison comparison, PaperRow row, string table, bool compares)
    {
        string? target = row.Entry.Cells.FirstOrDefault(c => c.Result is not null)?.Cell.Id;
        string note = string.Join("; ",
            new[] { row.Entry.Count(Studies.CellPhase.Done) == row.Entry.Cells.Count ? "" : row.Entry.Note, row.Remark }
                .Where(n => n.Length > 0));
        string[] names =
            [row.Labels.Dataset, row.Labels.Attack, row.Labels.Defence, row.Labels.Model, .. comparison.OptionsOf(row)];
        return Markup.Of($"""
            <tr>{names.Select(n => Markup.Of($"<td>{n}</td>"))}{Fields(row.Acc, table, target, compares)}{Fields(row.Asr, table, target, compares)}
            <td class="number">{row.Entry.Count(Studies.CellPhase.Done)}</td><td class="remark">{note}</td></tr>
            """);
    }

    // What this table prints; the difference is to that, where the paper's tables disagree.
    private static Markup Fields(PaperMeasure measure, string table, string? target, bool compares)
    {
        PublishedNumber? printed = PrintedIn(measure, table);
        double? difference = DifferenceOf(measure, table);
        Markup measured = measure.Measured is not Measure value ? Markup.Empty
            : Markup.Of(
                $"<a href=\"#{target}\">{Measure.Percent(value.Mean)}</a>{(value.Sd is double sd ? Markup.Of($"<span class=\"sd\">± {Measure.Percent(sd)}</span>") : Markup.Empty)}");
        return Markup.Of(
            $"""
            <td class="number first" data-sort="{Text(measure.Measured?.Mean, "0.######")}">{measured}</td>
            <td class="number" data-sort="{printed?.Percent.ToString(CultureInfo.InvariantCulture)}">{printed?.ToString()}</td>
            {(compares ? Markup.Of($"""<td class="number" data-sort="{Text(difference, "0.####")}">{Text(difference, "+0.00;−0.00;0.00")}</td>""") : Markup.Empty)}
            """);
    }

    private static PublishedNumber? PrintedIn(PaperMeasure measure, string table) =>
        measure.Printed.FirstOrDefault(p => p.Tables.Contains(table))?.Number;

    private static double? DifferenceOf(PaperMeasure measure, string table) =>
        PrintedIn(measure, table) is { Kind: NumberKind.Exact } printed ? measure.DifferenceTo(printed.Percent) : null;

    private static Markup Averages(IReadOnlyList<PaperAverage> averages) => averages.Count == 0 ? Markup.Empty : Markup.Of($"""
        <h3>Averages over attacks</h3><div class="scroll"><table class="paper sortable"><thead><tr>
        {new[] { "dataset", "model", "ACC", "printed", "mean of printed rows", "ASR", "printed", "mean of printed rows", "rows" }
        .Select((h, i) => Markup.Of($"""<th class="{(i > 1 ? "number" : "")}" data-column="{i}">{h}</th>"""))}</tr></thead>
        <tbody>{averages.Select(a => Markup.Of($"""
            <tr><td>{a.Dataset}</td><td>{a.Model}</td><td class="number first">{a.Acc:0.00}</td>
            <td class="number">{a.Printed.Acc.ToString()}</td><td class="number">{a.Printed.RowsAcc:0.00}</td>
            <td class="number first">{a.Asr:0.00}</td><td class="number">{a.Printed.Asr.ToString()}</td><td class="number">{a.Printed.RowsAsr:0.00}</td>
            <td class="number" data-sort="{a.Rows}">{a.RowsText}</td></tr>
            """))}</tbody></table></div>
        <p class="note">Rows: attacked rows in the measured average, of those in the paper's table.</p>
        """);

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
