using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>Every cell that has begun with its numbers, intervals and the counts behind them.</summary>
internal static class CountsSection
{
    private static readonly string[] Names =
        ["dataset", "model", "attack", "defence", "seed", "state", "ACC", "ASR", "RA", "poison fit", "poisoned", "covers",
            "parameters", "final loss", "images/s", "training"];

    /// <summary>The table; empty where nothing has begun.</summary>
    public static Markup Of(IReadOnlyList<CellReport> begun) => begun.Count == 0 ? Markup.Empty : Markup.Of($"""
        <section id="counts"><h2>Counts and intervals</h2>
        <div class="scroll"><table class="counts sortable"><thead><tr>
        {Names.Select((n, i) => Markup.Of($"""<th class="{(i is 4 or > 5 ? "number" : "")}" data-column="{i}">{n}</th>"""))}</tr></thead>
        <tbody>{begun.Select(Row)}</tbody></table></div>
        <p class="note">Each share in percent with its 95% Wilson interval and the pictures counted. Poisoned and covers: training
        samples, and how many
        the rate asked for where that differs.</p></section>
        """);

    private static Markup Row(CellReport report)
    {
        (Cell cell, CellResult? r) = (report.Cell, report.Result);
        double rate = report.Metrics.Count > 0 ? report.Metrics.Average(m => m.ImagesPerSecond) : double.NaN;
        return Markup.Of($"""
            <tr><td>{cell.DatasetLabel}</td><td>{cell.ModelLabel}</td><td>{cell.AttackLabel}</td><td>{cell.DefenceLabel}</td>
            <td class="number" data-sort="{cell.Seed}"><a href="#{cell.Id}">{cell.Seed}</a></td>
            <td>{CellCard.StateText(report.State)}</td>
            {Share(report.Acc)}{Share(report.Asr)}{Share(report.Ra)}{Share(report.PoisonFit)}
            {Count(r?.Poisoned, r?.RequestedPoisons)}{Count(r?.Covers, r?.RequestedCovers)}
            {Number(r?.Parameters, "#,0")}{Number(r?.FinalLoss, "0.0000")}{Number(rate, "#,0")}
            <td class="number" data-sort="{r?.TrainSeconds ?? 0:0.#}">{(r is null ? "" : r.TrainedBy is null ? Duration.Text(r.TrainSeconds) : "shared")}</td></tr>
            """);
    }

    private static Markup Share(Proportion? share) => share is { Total: > 0 } s
        ? Markup.Of(
            $"""<td class="number" data-sort="{s.Value:0.######}">{Measure.Percent(s.Value)} <span class="sd">{Measure.Percent(s.Low)} to {Measure.Percent(s.High)}; {s.Hits} / {s.Total}</span></td>""")
        : Markup.Of($"""<td class="number" data-sort="">–</td>""");

    private static Markup Count(int? count, int? asked) => count is not int n
        ? Markup.Of($"""<td class="number" data-sort="">–</td>""")
        : Markup.Of(
            $"""<td class="number" data-sort="{n}">{n:#,0}{(asked == n ? Markup.Empty : Markup.Of($" <span class=\"sd\">of {asked ?? 0:#,0} asked</span>"))}</td>""");

    private static Markup Number(double? value, string format)
    {
        if (value is not double v || !double.IsFinite(v)) return Markup.Of($"""<td class="number" data-sort="">–</td>""");
        return Markup.Of(
            $"""<td class="number" data-sort="{v:0.######}">{v.ToString(format, System.Globalization.CultureInfo.InvariantCulture)}</td>""");
    }
}
