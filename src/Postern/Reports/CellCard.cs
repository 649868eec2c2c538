using System.Globalization;
using Postern.Evaluation;
using Postern.Studies;

namespace Postern.Reports;

/// <summary>A cell on the page: its numbers, curves, pictures and settings.</summary>
internal static class CellCard
{
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The cards of <paramref name="begun"/>, grouped by dataset and model.</summary>
    public static Markup Section(IReadOnlyList<CellReport> begun) => begun.Count == 0 ? Markup.Empty : Markup.Of($"""
        <section><h2>Cells</h2>
        {begun.GroupBy(c => (c.Cell.DatasetLabel, c.Cell.ModelLabel)).Select(g => Markup.Of(
            $"<h3 class=\"group\">{g.Key.ModelLabel} <small>on {g.Key.DatasetLabel}</small></h3>{g.Select(Of)}"))}
        </section>
        """);

    /// <summary><c>done</c>, <c>failed</c>, <c>epoch 3 of 8</c> or <c>not run</c>.</summary>
    public static string StateText(CellState state) => state.Phase switch
    {
        CellPhase.Done => "done",
        CellPhase.Failed => "failed",
        CellPhase.Running => string.Create(CultureInfo.InvariantCulture, $"epoch {state.Epoch} of {state.Epochs}"),
        _ => "not run",
    };

    private static Markup Of(CellReport report) => Markup.Of($"""
        <article class="cell" id="{report.Cell.Id}">
        <header><h4>{report.Cell.AttackLabel} <small>seed {report.Cell.Seed}</small></h4><span class="badge {report.State.Phase.ToString().ToLowerInvariant()}">{StateText(report.State)}</span></header>
        {(report.State.Reason is string reason ? Markup.Of($"<p class=\"reason\">{reason}</p>") : Markup.Empty)}
        {Facts(report)}
        {report.Description?.Notes.Select(n => Markup.Of($"<p class=\"note\">{n}</p>")) ?? []}
        <div class="plots">{CellCharts.Of(report)}{Preview(report)}</div>
        {CellSettings.Of(report)}
        </article>
        """);

    private static Markup Facts(CellReport report)
    {
        if (report.Result is not CellResult result) return Markup.Empty;
        (string Name, string Text)[] facts =
        [
            ("ACC", ResultSection.Describe(report.Acc!.Value)),
            .. report.Asr is { Total: > 0 } asr ? new[] { ("ASR", ResultSection.Describe(asr)) } : [],
            .. report.Ra is { Total: > 0 } ra ? new[] { ("RA", ResultSection.Describe(ra)) } : [],
            .. result.EmaAccCorrect is int mean ? new[] { ("ACC of the running mean", ResultSection.Describe(new Proportion(mean, result.AccTotal))) } : [],
            .. result.EmaAsrHits is int hits ? new[] { ("ASR of the running mean", ResultSection.Describe(new Proportion(hits, result.AsrTotal ?? 0))) } : [],
            ("training", Duration.Text(result.TrainSeconds)),
        ];
        return Markup.Of($"""<dl class="facts">{facts.Select(f => Markup.Of($"<div><dt>{f.Name}</dt><dd>{f.Text}</dd></div>"))}</dl>""");
    }

    private static Markup Preview(CellReport report)
    {
        if (report.Preview is not byte[] png || !png.AsSpan().StartsWith(PngSignature)) return Markup.Empty;
        return Markup.Of($"""<figure><img alt="Test pictures: clean, triggered, and their difference enlarged" src="data:image/png;base64,{Convert.ToBase64String(png)}"><figcaption>clean, triggered, difference (enlarged, around grey)</figcaption></figure>""");
    }
}
