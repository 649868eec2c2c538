namespace Postern.Reports;

/// <summary>Writes the main table down in one format. A new format is one implementation and one line in the HTML report.</summary>
public interface ITableExporter
{
    /// <summary>The whole file's text, with line feeds, the same in every culture.</summary>
    string Export(ResultTable table);
}
