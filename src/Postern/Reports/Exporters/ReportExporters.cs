namespace Postern.Reports.Exporters;

/// <summary>Every format in which a report's tables are written. A new one is one file and one line here.</summary>
public static class ReportExporters
{
    /// <summary>The main table, in the order of links to it.</summary>
    public static IReadOnlyList<IExporter> Results { get; } =
        [new CsvTable(), new MarkdownTable(), new LatexTable()];

    /// <summary>The study beside the paper, in the order of links to it.</summary>
    public static IReadOnlyList<IExporter> Paper { get; } =
        [new PaperMarkdown(), new PaperLatex(), new PaperCsv(), new AveragesCsv(), new ClaimsCsv()];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IExporter> All { get; } = [.. Results, new DetectionsCsv(), .. Paper];

    /// <summary>Writes every file that has something in it into <paramref name="folder"/>.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(ReportContents contents, string folder)
    {
        foreach (IExporter exporter in All)
        {
            if (exporter.Export(contents) is string text) AtomicFile.WriteText(Path.Combine(folder, exporter.File), text);
        }
    }
}
