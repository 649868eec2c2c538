using System.Globalization;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>The head of the page: what was asked, how much of it is there, when and on which machine.</summary>
internal static class ReportHeader
{
    private static Markup Unfinished { get; } = Markup.Trusted("""
        <p class="note">Not finished: this page is written anew while the study runs; load it again to see how far it is.</p>
        """);

    /// <summary>The head.</summary>
    /// <param name="summary">The study and its records.</param>
    /// <param name="begun">The cells that have begun.</param>
    /// <param name="runsRoot">Where runs are.</param>
    public static Markup Of(StudySummary summary, IReadOnlyList<CellReport> begun, string runsRoot)
    {
        Study study = summary.Study;
        Markup about = study.About.Length > 0 ? Markup.Of($"<p class=\"about\">{study.About}</p>") : Markup.Empty;
        return Markup.Of($"""
            <header class="top"><div class="masthead"><p class="brand">Postern report</p>{PageShell.Theme}</div><h1>{study.Name}</h1>{about}
            <p class="chips">{Chips(summary.Cells)}</p>
            {(begun.Any(c => c.State.IsUnfinished) ? Unfinished : Markup.Empty)}
            <dl class="meta">{Facts(study, begun).Select(f => Markup.Of($"<div><dt>{f.Name}</dt><dd>{f.Text}</dd></div>"))}</dl>
            <pre class="commands">{Command("run", study, runsRoot)}
            {Command("report", study, runsRoot)}</pre></header>
            """);
    }

    private static IEnumerable<Markup> Chips(IReadOnlyList<CellReport> cells)
    {
        foreach ((CellPhase phase, string text) in new[]
                 {
                     (CellPhase.Done, $"of {cells.Count.ToString(CultureInfo.InvariantCulture)} cells done"),
                         (CellPhase.Failed, "failed"),
                     (CellPhase.Running, "running"), (CellPhase.Interrupted, "interrupted"),
                     (CellPhase.Waiting, "waiting for other cells"), (CellPhase.NotStarted, "not run"),
                 })
        {
            int count = cells.Count(c => c.State.Phase == phase);
            if (count > 0 || phase == CellPhase.Done)
                yield return Markup.Of($"""<span class="badge {phase.ToString().ToLowerInvariant()}">{count} {text}</span> """);
        }
    }

    private static IEnumerable<(string Name, string Text)> Facts(Study study, IReadOnlyList<CellReport> begun)
    {
        CellDescription[] described = [.. begun.Select(c => c.Description).OfType<CellDescription>()];
        if (described.Length > 0) yield return ("begun", Time(described.Min(d => d.CreatedUtc)));
        CellResult[] results = [.. begun.Select(c => c.Result).OfType<CellResult>()];
        if (results.Length > 0)
        {
            yield return ("last result", Time(results.Max(r => r.FinishedUtc)));
            yield return ("training time", Duration.Text(results.Sum(r => r.TrainSeconds)));
        }
        yield return ("preset", study.Preset);
        foreach (string machine in described.Select(d => Line(d.Hardware)).Distinct()) yield return ("machine", machine);
        foreach (string versions in described.Select(d => Line(d.Versions)).Distinct()) yield return ("versions", versions);
    }

    private static string Command(string verb, Study study, string runsRoot) =>
        string.Join(' ', new[] { "postern", verb, ShellText.Quote(study.FilePath) }
        .Concat(study.Sets.Select(s => $"--set {ShellText.Quote(s)}"))
        .Concat(runsRoot == "runs" ? [] : [$"--out {ShellText.Quote(runsRoot)}"]));

    private static string Line(IReadOnlyDictionary<string, string> facts) =>
        string.Join(", ", facts.Select(f => $"{f.Key} {f.Value}"));

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
