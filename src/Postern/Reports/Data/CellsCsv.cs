using System.Text;

namespace Postern.Reports.Data;

/// <summary>A line for each cell, RFC 4180 quoting, an empty field for nothing.</summary>
public sealed class CellsCsv : ICellTableWriter
{
    /// <inheritdoc/>
    public string Name => "csv";

    /// <inheritdoc/>
    public bool IsText => true;

    /// <inheritdoc/>
    public void Write(CellTable table, Stream stream) => stream.Write(Encoding.UTF8.GetBytes(CsvText.File(
        table.Rows.Select(row => (IReadOnlyList<string>)
            [.. table.Columns.Select(c => CellTable.Text(row.GetValueOrDefault(c)))]).Prepend(table.Columns))));
}
