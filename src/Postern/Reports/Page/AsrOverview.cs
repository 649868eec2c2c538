using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>ASR at a glance: for each attack, the models one under another on a line from 0 to 100%, with their spread.</summary>
internal static class AsrOverview
{
    /// <summary>The section; empty where no attacked cell is done.</summary>
    public static Markup Of(ResultTable table)
    {
        ResultRow[] attacked = [.. table.Rows.Where(r => r.Entries.Any(e => e.Asr is not null))];
        return attacked.Length == 0 ? Markup.Empty : Markup.Of($"""
            <section id="overview"><h2>How easily the backdoor is learnt</h2>
            <p class="note">ASR of each model, 0 to 100%. The bar behind the mark is the 95% interval of the counted pictures, or
            one
            standard deviation to either side over several seeds. Left is robust.</p>
            <div class="panels">{attacked.Select(r => Panel(table, r))}</div></section>
            """);
    }

    private static Markup Panel(ResultTable table, ResultRow row) => Markup.Of($"""
        <div class="panel"><h3>{row.Attack} <small>{CellGroup.Names(row.Dataset, IsDefended(row) ? row.Defence : "")}</small></h3>
        {table.Models.Zip(row.Entries).Where(e => e.Second.Asr is not null)
            .Select((e, i) => Line(e.First, e.Second.Asr!, i))}</div>
        """);

    private static bool IsDefended(ResultRow row) => row.Entries.SelectMany(e => e.Cells).Any(c => c.Cell.IsDefended);

    private static Markup Line(string model, Measure asr, int index)
    {
        (double low, double high) = asr.Range;
        return Markup.Of($"""
            <div class="track"><span class="name">{model}</span><span class="rail"><i class="spread"
            style="left:{100 * low:0.##}%;width:{100 * (high - low):0.##}%"></i><i class="dot d{index % 4}"
            style="left:{100 * asr.Mean:0.##}%"></i></span><b>{Measure.Percent(asr.Mean)}</b></div>
            """);
    }
}
