namespace Postern.Reports.Data;

/// <summary>Every format of cells as data. A new one is one file and one line here.</summary>
public static class CellTableWriters
{
    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<ICellTableWriter> All { get; } = [new CellsCsv(), new CellsParquet(), new CellsJson()];
}
