namespace Postern.Reports.Paper;

/// <summary>The comparison with the paper as files beside the report.</summary>
public static class PaperFiles
{
    /// <summary>Every format, in the order of links to them.</summary>
    public static IReadOnlyList<(string File, IPaperExporter Exporter)> Formats { get; } =
    [
        ("paper.md", new PaperMarkdown()), ("paper.tex", new PaperLatex()), ("paper.csv", new PaperCsv()),
        ("averages.csv", new AveragesCsv()), ("claims.csv", new ClaimsCsv()),
    ];

    /// <summary>Writes every format of <paramref name="comparison"/> into <paramref name="folder"/>.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(PaperComparison comparison, string folder)
    {
        foreach ((string file, IPaperExporter exporter) in Formats) AtomicFile.WriteText(Path.Combine(folder, file), exporter.Export(comparison));
    }
}
