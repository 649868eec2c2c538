namespace Postern.Reports.Paper;

/// <summary>Writes a comparison with the paper down in one format.</summary>
public interface IPaperExporter
{
    /// <summary>The whole file's text, with line feeds, the same in every culture.</summary>
    string Export(PaperComparison comparison);
}
