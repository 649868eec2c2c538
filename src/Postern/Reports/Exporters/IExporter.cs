namespace Postern.Reports.Exporters;

/// <summary>Writes a study's results down in one format, as a file beside the page.</summary>
public interface IExporter
{
    /// <summary>The file's name in the report's folder.</summary>
    string File { get; }

    /// <summary>
    /// The whole file's text, with line feeds, the same in every culture; null where the study has nothing to write in it.
    /// </summary>
    string? Export(ReportContents contents);
}
