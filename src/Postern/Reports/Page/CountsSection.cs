using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>
/// Every cell that has begun with its numbers, intervals and the counts behind them. What is the same in all of them stands below
/// the table instead of in a column.
/// </summary>
internal static class CountsSection
{
    private const string Absent = "–";

    private static readonly Column[] Names =
    [
        new("dataset", r => Field.Text(r.Cell.DatasetLabel)), new("model", r => Field.Text(r.Cell.ModelLabel)),
        new("attack", r => Field.Text(r.Cell.AttackLabel)), new("defence", r => Field.Text(r.Cell.DefenceLabel)),
    ];

    private static readonly Column[] Numbers =
    [
        new("seed", r => new Field(Text(r.Cell.Seed, "0"), r.Cell.Seed, Markup.Of($"<a href=\"#{r.Cell.Id}\">{r.Cell.Seed}</a>")),
            true)
        {
            Stays = true,
        },
        new("state", r => Field.Text(CellCard.StateText(r.State))),
        new("ACC", r => Share(r.Acc), true) { Stays = true }, new("ASR", r => Share(r.Asr), true) { Stays = true },
        new("RA", r => Share(r.Ra), true) { Stays = true },
        new("poison fit", r => Share(r.PoisonFit), true),
        new("poisoned", r => Count(r.Result?.Poisoned, r.Result?.RequestedPoisons), true),
        new("covers", r => Count(r.Result?.Covers, r.Result?.RequestedCovers), true),
        new("parameters", r => Number(r.Result?.Parameters, "#,0"), true),
        new("final loss", r => Number(r.Result?.FinalLoss, "0.0000"), true),
        new("images/s", r => Number(r.Metrics.Count > 0 ? r.Metrics.Average(m => m.ImagesPerSecond) : null, "#,0"), true),
        new("training", r => r.Result is not CellResult result ? Field.None
            : result.TrainedBy is null ? Field.Value(Duration.Text(result.TrainSeconds), result.TrainSeconds)
            : Field.Value("shared", 0), true),
    ];

    /// <summary>The table; empty where nothing has begun.</summary>
    /// <param name="begun">The cells that have begun.</param>
    /// <param name="areTargets">Whether links to a cell lead here, since it has no card.</param>
    public static Markup Of(IReadOnlyList<CellReport> begun, bool areTargets = false)
    {
        if (begun.Count == 0) return Markup.Empty;
        var options = OptionColumns.Of(RowSettings.Of(begun.Select(r => r.Cell)));
        IEnumerable<Column> settings = options.Heads.Select(
            (head, i) => new Column(head, r => Field.Text(options.Of(RowSettings.Of(r.Cell))[i])));
        ILookup<bool, Column> columns = Names.Concat(settings).Concat(Numbers).Where(c => Values(c).Any())
            .ToLookup(c => c.Stays || begun.Count == 1 || Values(c).Distinct().Count() > 1);
        Column[] shown = [.. columns[true]];
        string[] same = [.. columns[false].Select(c => $"{c.Name} {Values(c).First()}")];
        return Markup.Of($"""
            <section id="counts"{CellCard.Long(begun.Count)}><h2>Counts and intervals</h2>
            <div class="scroll"><table class="counts sortable"><thead><tr>
            {shown.Select((c, i) => Markup.Of($"""<th class="{(c.IsNumber ? "number" : "")}" data-column="{i}">{c.Name}</th>"""))}</tr></thead>
            <tbody>{begun.Select(r => Markup.Of($"<tr{Target(r)}>{shown.Select(c => Cell(c, c.Of(r)))}</tr>\n"))}</tbody></table></div>
            <p class="note">{(same.Length > 0 ? $"In all cells that have it: {string.Join(", ", same)}. " : "")}Each share in percent with its 95% Wilson
            interval and the pictures counted. Poisoned and covers: training samples, and how many the rate asked for where that
            differs.</p></section>
            """);

        Markup Target(CellReport report) => areTargets ? Markup.Of($" id=\"{report.Cell.Id}\"") : Markup.Empty;

        IEnumerable<string> Values(Column column) =>
            begun.Select(r => column.Of(r).Plain).Where(plain => plain.Length > 0 && plain != Absent);
    }

    private static Markup Cell(Column column, Field field) => column.IsNumber
        ? Markup.Of(
            $"""<td class="number" data-sort="{(field.Sort is double v ? Text(v, "0.######") : "")}">{field.Shown}</td>""")
        : Markup.Of($"<td>{field.Shown}</td>");

    private static Field Share(Proportion? share) => share is not { Total: > 0 } s ? Field.None
        : new Field($"{s.Hits} / {s.Total}", s.Value, Markup.Of(
            $"""{Measure.Percent(s.Value)} <span class="sd">{Measure.Percent(s.Low)} to {Measure.Percent(s.High)}</span> <span class="sd">{s.Hits} / {s.Total}</span>"""));

    private static Field Count(int? count, int? asked) => count is not int n ? Field.None
        : new Field(asked == n ? Text(n, "#,0") : $"{Text(n, "#,0")} of {Text(asked ?? 0, "#,0")} asked", n,
            Markup.Of(
                $"{n:#,0}{(asked == n ? Markup.Empty : Markup.Of($" <span class=\"sd\">of {asked ?? 0:#,0} asked</span>"))}"));

    private static Field Number(double? value, string format) =>
        value is double v && double.IsFinite(v) ? Field.Value(Text(v, format), v) : Field.None;

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>A column of the table.</summary>
    /// <param name="Name">Its heading.</param>
    /// <param name="Of">What a cell has there.</param>
    /// <param name="IsNumber">Whether it is sorted by value and set to the right.</param>
    private sealed record Column(string Name, Func<CellReport, Field> Of, bool IsNumber = false)
    {
        /// <summary>Whether it stays where all cells have the same in it.</summary>
        public bool Stays { get; init; }
    }

    /// <summary>A field: what it says, by what it is sorted, how it looks.</summary>
    private readonly record struct Field(string Plain, double? Sort, Markup Shown)
    {
        public static Field None => new(Absent, null, Markup.Of($"{Absent}"));

        public static Field Text(string text) => new(text, null, Markup.Of($"{text}"));

        public static Field Value(string text, double sort) => new(text, sort, Markup.Of($"{text}"));
    }
}
