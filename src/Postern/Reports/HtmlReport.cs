using System.Security.Cryptography;
using System.Text;
using Postern.Studies;

namespace Postern.Reports;

/// <summary>
/// The report of a study: one page that stands by itself (no network, no fonts, no other file) and the main table in other formats.
/// It shows what the records say; a cell that has not run is an empty entry.
/// </summary>
public static class HtmlReport
{
    private static readonly (string File, ITableExporter Exporter)[] Tables =
        [("results.csv", new CsvTable()), ("results.md", new MarkdownTable()), ("results.tex", new LatexTable())];

    /// <summary>Reads the records under <paramref name="runsRoot"/> and writes <c>report/index.html</c> and the main table as <c>results.csv</c>, <c>results.md</c> and <c>results.tex</c>.</summary>
    /// <param name="study">The study.</param>
    /// <param name="runsRoot">Where runs are (<c>--out</c>).</param>
    /// <returns>Path of the page.</returns>
    /// <exception cref="InputException">A record is damaged, or the folder cannot be written to.</exception>
    public static string Write(Study study, string runsRoot)
    {
        StudySummary summary = StudySummary.Read(study, runsRoot);
        string folder = Path.Combine(study.Folder(runsRoot), "report"), page = Path.Combine(folder, "index.html");
        foreach ((string file, ITableExporter exporter) in Tables) AtomicFile.WriteText(Path.Combine(folder, file), exporter.Export(summary.Table));
        AtomicFile.WriteText(page, Page(summary, runsRoot));
        return page;
    }

    /// <summary>The page's text.</summary>
    internal static string Page(StudySummary summary, string runsRoot)
    {
        string style = Resource("report.css"), script = Resource("report.js");
        // Only this script may run, whatever else the page contains, and nothing may be fetched.
        string scriptHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        CellReport[] begun = [.. summary.Cells.Where(c => c.State.Phase != CellPhase.NotStarted)];
        return Markup.Of($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{scriptHash}'">
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <title>{summary.Study.Name} - Postern</title>
            <style>{Markup.Trusted(style)}</style></head>
            <body><main>
            {ReportHeader.Of(summary, begun, runsRoot)}
            {ResultSection.Of(summary.Table)}
            {AsrOverview.Of(summary.Table)}
            {CountsSection.Of(begun)}
            {CellCard.Section(begun)}
            {ReadingGuide.Text}
            </main><script>{Markup.Trusted(script)}</script></body></html>

            """).ToString();
    }

    private static string Resource(string name)
    {
        using Stream stream = typeof(HtmlReport).Assembly.GetManifestResourceStream($"Postern.Reports.Page.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
