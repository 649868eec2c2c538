namespace Postern.Reports.Data;

/// <summary>Writes cells as data in one format.</summary>
public interface ICellTableWriter
{
    /// <summary>The format's name and a file's ending.</summary>
    string Name { get; }

    /// <summary>Whether it is text, which a terminal can show.</summary>
    bool IsText { get; }

    /// <summary>Writes <paramref name="table"/> to <paramref name="stream"/>, the same bytes in every culture.</summary>
    void Write(CellTable table, Stream stream);
}
