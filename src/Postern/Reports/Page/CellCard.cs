using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>A cell on the page: its numbers, curves, classes and settings.</summary>
internal static class CellCard
{
    /// <summary>
    /// Of more cells than these only the heads are part of the page at once. The rest of a card is text that the page's script
    /// turns into elements when the card comes near the window, and long tables are laid out then: opening takes no longer.
    /// </summary>
    private const int MostWhole = 100;

    private static readonly Markup NeedsScript = Markup.Trusted(
        "<noscript><p class=\"note\">The curves and settings of so many cells are shown by the page's script.</p></noscript>");

    /// <summary>The attribute of a section with a row for each cell; empty where they are few.</summary>
    /// <param name="cells">How many.</param>
    public static Markup Long(int cells) => cells > MostWhole ? Markup.Trusted(" class=\"long\"") : Markup.Empty;

    /// <summary>The cards of <paramref name="begun"/>, grouped by dataset and model.</summary>
    /// <param name="begun">The cells that have begun.</param>
    /// <param name="gallery">The pictures of their attacks.</param>
    public static Markup Section(IReadOnlyList<CellReport> begun, AttackGallery gallery)
    {
        if (begun.Count == 0) return Markup.Empty;
        HashSet<string> shown = [.. begun.Select(c => c.Cell.Id)];
        bool isLong = begun.Count > MostWhole;
        return Markup.Of($"""
            <section id="cells"><h2>Cells</h2>{(isLong ? NeedsScript : Markup.Empty)}
            {begun.GroupBy(c => (c.Cell.DatasetLabel, c.Cell.ModelLabel)).Select(g => Markup.Of(
                $"""
                <h3 class="group">{g.Key.ModelLabel} <small>on {g.Key.DatasetLabel}</small></h3>
                {g.Select(c => Of(c, gallery, shown, isLong))}
                """))}
            </section>
            """);
    }

    /// <summary>
    /// <c>done</c>, <c>failed</c>, <c>begun</c>, <c>epoch 3 of 8</c>, <c>interrupted at epoch 3 of 8</c> or <c>not run</c>.
    /// </summary>
    public static string StateText(CellState state) => state.Phase switch
    {
        CellPhase.Done => "done",
        CellPhase.Failed => "failed",
        CellPhase.Running when state.Epoch == 0 => "begun",
        CellPhase.Running => string.Create(CultureInfo.InvariantCulture, $"epoch {state.Epoch} of {state.Epochs}"),
        CellPhase.Interrupted when state.Epoch == 0 => "interrupted",
        CellPhase.Interrupted =>
            string.Create(CultureInfo.InvariantCulture, $"interrupted at epoch {state.Epoch} of {state.Epochs}"),
        _ => "not run",
    };

    private static Markup Of(CellReport report, AttackGallery gallery, IReadOnlySet<string> shown, bool isLong)
    {
        var rest = Markup.Of($"""
            {Facts(report)}
            {report.Description?.Notes.Select(n => Markup.Of($"<p class=\"note\">{n}</p>")) ?? []}
            {Weights(report, shown)}
            <div class="plots">{CellCharts.Of(report)}{report.Result?.Detections.Select(d => CellDetection.Chart(report, d)) ?? []}</div>
            {gallery.Of(report)}
            {CellClasses.Of(report)}{CellSettings.Of(report)}
            """);
        return Markup.Of($"""
            <article class="cell" id="{report.Cell.Id}">
            <header><h4>{report.Cell.AttackLabel}
            <small>{(report.Cell.IsDefended ? $"under {report.Cell.DefenceLabel}, " : "")}seed {report.Cell.Seed}</small></h4>
            <span class="badge {report.State.Phase.ToString().ToLowerInvariant()}">{StateText(report.State)}</span></header>
            {(report.State.Reason is string reason ? Markup.Of($"<p class=\"reason\">{reason}</p>") : Markup.Empty)}
            {(isLong ? Markup.Of($"""<script type="text/plain" class="later">{rest}</script>""") : rest)}
            </article>
            """);
    }

    private static Markup Facts(CellReport report)
    {
        if (report.Result is not CellResult result) return Markup.Empty;
        (string Name, string Text)[] facts =
        [
            ("ACC", ResultSection.Describe(report.Acc!.Value)),
            .. report.Asr is { Total: > 0 } asr ? new[] { ("ASR", ResultSection.Describe(asr)) } : [],
            .. report.Ra is { Total: > 0 } ra ? new[] { ("RA", ResultSection.Describe(ra)) } : [],
            .. report.PoisonFit is { Total: > 0 } fit ? new[] { ("poison fit", ResultSection.Describe(fit)) } : [],
            .. report.Adversarial is AdversarialRecord pgd
                ? AdversarialBall.All.Where(b => pgd.Within(b) is not null)
                    .Select(b => ($"ACC under PGD, {b.Title}", ResultSection.Describe(pgd.Within(b)!.Value)))
                : [],
            .. result.Measurements.Skip(1).SelectMany(Others),
            .. result.Detections.SelectMany(CellDetection.Facts),
            .. result.Scans.Select(s => ($"scan for a backdoor, {s.Statistic}", Verdict(s))),
            .. result.Filtered is FilterResult filtered ? Removed(filtered) : [],
            .. result.Retuning is RetuningResult tuned ? Retuned(tuned) : [],
            .. result.NotApplicable is string why ? new[] { ("the defence is not applicable", why) } : [],
            .. result.DefenceSeconds is double seconds ? new[] { ("time of the defence", Duration.Text(seconds)) } : [],
            .. result.DefencePeakMemory is long bytes
                ? new[] { ("largest memory until its end", FormattableString.Invariant($"{bytes / (double)(1 << 20):0} MiB")) }
                : [],
            .. result.TrainedBy is null ? new[] { ("training", Duration.Text(result.TrainSeconds)) } : [],
        ];
        return Markup.Of(
            $"""<dl class="facts">{facts.Select(f => Markup.Of($"<div><dt>{f.Name}</dt><dd>{f.Text}</dd></div>"))}</dl>""");
    }

    /// <summary>What weights other than those of the tables gave.</summary>
    private static IEnumerable<(string Name, string Text)> Others(Measurement measurement)
    {
        string whose = measurement.Weights switch
        {
            MeasuredWeights.Average => "the running mean",
            MeasuredWeights.Repaired => "the repaired weights",
            _ => "the trained weights",
        };
        yield return ($"ACC of {whose}", ResultSection.Describe(measurement.Acc));
        if (measurement.Asr is Proportion asr) yield return ($"ASR of {whose}", ResultSection.Describe(asr));
    }

    private static IEnumerable<(string Name, string Text)> Removed(FilterResult filtered)
    {
        if (filtered.TruePositives.Total > 0)
            yield return ("removed poisons (TPR)", ResultSection.Describe(filtered.TruePositives));
        yield return ("removed clean samples (FPR)", ResultSection.Describe(filtered.FalsePositives));
        Proportion most = filtered.PerClass.MaxBy(p => p.Total == 0 ? 0 : p.Value);
        if (most.Total > 0) yield return ("most removed of a class", ResultSection.Describe(most));
    }

    private static IEnumerable<(string Name, string Text)> Retuned(RetuningResult tuned)
    {
        yield return (FormattableString.Invariant($"ASR tuned again, {tuned.Poisons} poisons of {tuned.Pictures}"),
            ResultSection.Describe(tuned.After));
        yield return ("the same of a clean model", ResultSection.Describe(tuned.FloorAfter));
    }

    private static string Verdict(ScanResult scan) => scan.Flagged.Count == 0 ? "clean"
        : $"a backdoor, to class {string.Join(", ", scan.Flagged.Select(c => FormattableString.Invariant($"{c} ({scan.Classes[c]:0.###})")))}";

    private static Markup Weights(CellReport report, IReadOnlySet<string> shown)
    {
        string? trainer = report.Result?.TrainedBy ?? report.Description?.TrainedBy ?? report.TrainedBy;
        if (trainer is not string id) return Markup.Empty;
        return Markup.Of(
            $"<p class=\"note\">Tested with the weights of {(shown.Contains(id) ? Markup.Of($"<a href=\"#{id}\">{id}</a>") : Markup.Of($"{id}"))}; not trained again.</p>");
    }
}
