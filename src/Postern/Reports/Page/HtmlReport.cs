using Postern.Reports.Charts;
using Postern.Reports.Exporters;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;

namespace Postern.Reports.Page;

/// <summary>
/// The report of a study: one page that stands by itself (no network, no fonts, no other file), the main table in other formats,
/// and drawings. It shows what the records say; a cell that has not run is an empty entry.
/// </summary>
public static class HtmlReport
{
    /// <summary>
    /// Reads the records of <paramref name="run"/> and writes <c>report/index.html</c>, the tables beside it and the drawings in
    /// <c>report/figures</c>. Equal records give equal files, byte for byte.
    /// </summary>
    /// <param name="run">The study and where its results are.</param>
    /// <param name="brief">Where the page goes, too, without cards of each cell and of what probes found in it, and without the
    /// places of weights, to publish it: a few kilobytes a cell in the place of dozens. Links to a cell lead to its counts. Null
    /// for nowhere.</param>
    /// <returns>Path of the page.</returns>
    /// <exception cref="InputException">A file cannot be written, or a published value is wrong; all others are
    /// there.</exception>
    public static string Write(RunFolder run, string? brief = null)
    {
        var contents = ReportContents.Read(run);
        string folder = run.Report, page = Path.Combine(folder, "index.html");
        string style = PageShell.Resource("report.css");
        var failures = new List<InputException>();
        Try(() => AtomicFile.WriteText(page, Page(contents, run.Output)));
        if (brief is not null) Try(() => AtomicFile.WriteText(brief, Page(contents, run.Output, isBrief: true)));
        Try(() => ReportExporters.Write(contents, folder));
        foreach ((string name, Markup drawing) in Figures(contents.Summary))
            Try(() => AtomicFile.WriteText(Path.Combine(folder, "figures", $"{name}.svg"), StandaloneSvg.Of(drawing, style)));
        return failures.Count == 0 ? page : throw failures[0];

        void Try(Action write)
        {
            try
            {
                write();
            }
            catch (InputException e)
            {
                failures.Add(e);
            }
        }
    }

    /// <summary>The drawings that are files, too; names are unique.</summary>
    internal static IEnumerable<ReportFigure> Figures(StudySummary summary)
    {
        IReadOnlyList<CellGroup> groups = CellGroup.Of(summary.Rated);
        return ((IEnumerable<ReportFigure>)[.. HeatMapSection.Figures(groups), .. SweepSection.Figures(groups),
            .. AdversarialSection.Figures(groups), .. CurveSection.Figures(groups), .. PathSection.Figures(groups),
            .. InsideSection.Figures(groups)])
            .GroupBy(f => f.Name).SelectMany(same => same
                .Select((f, i) => i == 0 ? f : f with { Name = FormattableString.Invariant($"{f.Name}-{i + 1}") }));
    }

    /// <summary>The page's text.</summary>
    /// <param name="contents">The study and its records.</param>
    /// <param name="runsRoot">Where runs are.</param>
    /// <param name="isBrief">Whether it goes without cards and places of weights.</param>
    internal static string Page(ReportContents contents, string runsRoot, bool isBrief = false)
    {
        (StudySummary summary, PaperComparison? paper) = contents;
        CellReport[] begun = [.. summary.Cells.Where(c => c.State.HasBegun)];
        IReadOnlyList<CellGroup> groups = CellGroup.Of(summary.Rated);
        var gallery = new AttackGallery(begun);
        (string Id, string Name, Markup Content)[] sections =
        [
            .. new[]
            {
                ("results", "Results", ResultSection.Of(summary.Table)), ("claims", "Claims", ClaimSection.Of(paper)),
                ("paper", "Beside the paper", PaperSection.Of(paper)), ("heat-maps", "Heat maps", HeatMapSection.Of(groups)),
                ("defences", "Defences", DefenceSection.Of(summary, isBrief)), ("overview", "ASR", AsrOverview.Of(summary.Table)),
                ("sweeps", "Sweeps", SweepSection.Of(groups)),
                ("adversarial", "Under PGD", AdversarialSection.Of(groups)),
                ("inside", "Inside", InsideSection.Of(groups, hasCards: !isBrief)),
                ("curves", "Curves", CurveSection.Of(groups)), ("paths", "At equal accuracy", PathSection.Of(groups)),
                ("gallery", "Attacks", gallery.Section),
                ("counts", "Counts", CountsSection.Of(begun, areTargets: isBrief)),
                ("cells", "Cells", isBrief ? Markup.Empty : CellCard.Section(begun, gallery)),
                ("models", "Models",
                    isBrief ? Markup.Empty : WeightsSection.Of(begun, $"{runsRoot}/{summary.Study.Name}")),
                ("guide", "How to read this", ReadingGuide.Text),
            }.Where(s => s.Item3 != Markup.Empty),
        ];
        return PageShell.Of(summary.Study.Name, Markup.Of($"""
            {ReportHeader.Of(summary, begun, runsRoot)}
            <nav aria-label="On this page">{sections.Select(s => Markup.Of($"<a href=\"#{s.Id}\">{s.Name}</a> "))}</nav>
            {sections.Select(s => s.Content)}
            """));
    }
}
