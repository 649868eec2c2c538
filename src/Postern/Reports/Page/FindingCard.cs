using Postern.Probes;
using Postern.Reports.Charts;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>
/// What one probe found of one cell: its tables, curves, heat maps, and its numbers while the network was trained.
/// </summary>
internal static class FindingCard
{
    /// <summary>A card for each record that the probe has left; none where it has not looked into the cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="probe">The probe's name.</param>
    /// <param name="isLong">Whether their content is text at first that the page's script turns into elements.</param>
    public static IEnumerable<Markup> Of(CellReport cell, string probe, bool isLong)
    {
        ProbeRecord?[] records = [.. cell.Findings.Records.Where(r => r.Probe == probe)];
        ProbeTrack? track = cell.Findings.Tracks.FirstOrDefault(t => t.Probe == probe);
        // What was found while it was trained stands with the first, or alone.
        if (records.Length == 0 && track is not null) records = [null];
        return records.Select((r, i) => Card(cell, r?.Name ?? probe, r, i == 0 ? track : null, isLong));
    }

    private static Markup Card(CellReport cell, string name, ProbeRecord? record, ProbeTrack? track, bool isLong)
    {
        ProbeFinding? found = record?.Finding;
        var content = Markup.Of($"""
            <details><summary>tables, curves and maps</summary>
            {found?.Notes.Select(n => Markup.Of($"<p class=\"note\">{n}</p>")) ?? []}
            {found?.Tables.Select(Table) ?? []}
            <div class="plots">{found?.Curves.Select(Curve) ?? []}</div>
            <div class="maps">{found?.Maps.Select(Map) ?? []}</div>
            {(track is null ? Markup.Empty : WhileTrained(cell, track))}</details>
            """);
        return Markup.Of($"""
            <article class="cell finding" id="inside-{name}-{cell.Cell.Id}">
            <header><h4>{CellGroup.Names(cell.Cell.ModelLabel, cell.Cell.AttackLabel)}
            <small>{(cell.Cell.IsDefended ? $"under {cell.Cell.DefenceLabel}, " : "")}on {cell.Cell.DatasetLabel}, seed {cell.Cell.Seed}{Options(record)}</small></h4>
            <a href="#{cell.Cell.Id}">the cell</a></header>
            {(isLong ? Markup.Of($"""<script type="text/plain" class="later">{content}</script>""") : content)}
            </article>
            """);
    }

    private static string Options(ProbeRecord? record) =>
        record is { Unusual: { Count: > 0 } unusual } ? $"; {string.Join(", ", unusual)}" : "";

    private static Markup Table(ProbeTable table)
    {
        bool[] numeric = [.. table.Heads.Select((_, i) => table.Rows.Any(r => r[i].Number is not null))];
        return Markup.Of($"""
            <div class="scroll"><table><caption class="note">{table.Title}</caption><thead><tr>{table.Heads
                .Select((head, i) => Markup.Of($"<th class=\"{(numeric[i] ? "number" : "")}\">{head}</th>"))}</tr></thead>
            <tbody>{table.Rows.Select(row => Markup.Of($"""
                <tr>{row.Select((e, i) => Markup.Of(
                    $"<td class=\"{(numeric[i] ? "number" : "remark")}\" title=\"{Tip(e)}\">{Text(e)}</td>"))}</tr>
                """))}</tbody></table></div>
            {(table.Caption.Length > 0 ? Markup.Of($"<p class=\"note\">{table.Caption}</p>") : Markup.Empty)}
            """);
    }

    // Shares with their intervals would make tables too wide; they are where the cursor is.
    private static string Text(ProbeEntry entry) =>
        entry.Number is { Unit: ProbeUnit.Share } share ? share.Number(share.Value) : entry.ToString();

    private static string Tip(ProbeEntry entry) => entry.Number is { Unit: ProbeUnit.Share } share ? share.ToString() : "";

    private static Markup Curve(ProbeCurve curve) => ProbeCharts.Of(curve) is not LineChart chart ? Markup.Empty
        : Markup.Of($"<figure><figcaption><b>{curve.Title}</b></figcaption>{chart.Draw()}</figure>");

    private static Markup Map(ProbeMap map)
    {
        try
        {
            return MapFigure.Of(map);
        }
        catch (InputException e)
        {
            return Markup.Of($"<p class=\"reason\">{ErrorText.OneLine(e.Message)}</p>");
        }
    }

    private static Markup WhileTrained(CellReport cell, ProbeTrack track) => Markup.Of($"""
        <h4>While it was trained</h4>
        <div class="plots">{CellCharts.Of(cell)}{ProbeCharts.Of(track, cell.State.Epochs).Select(c => c.Draw())}</div>
        """);
}
