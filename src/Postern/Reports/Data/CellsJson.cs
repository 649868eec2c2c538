using System.Text.Encodings.Web;
using System.Text.Json;

namespace Postern.Reports.Data;

/// <summary>An array of objects, one for each cell, with every column; null for nothing.</summary>
public sealed class CellsJson : ICellTableWriter
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <inheritdoc/>
    public string Name => "json";

    /// <inheritdoc/>
    public bool IsText => true;

    /// <inheritdoc/>
    public void Write(CellTable table, Stream stream)
    {
        JsonSerializer.Serialize(stream, table.Rows.Select(row =>
            table.Columns.ToDictionary(c => c, c => row.GetValueOrDefault(c))), Format);
        stream.WriteByte((byte)'\n');
    }
}
