using Parquet;
using Parquet.Schema;

namespace Postern.Reports.Data;

/// <summary>
/// One row group; a column is of whole numbers, of numbers or of truths where all its values are, else of texts. Every column may
/// hold nothing.
/// </summary>
public sealed class CellsParquet : ICellTableWriter
{
    /// <inheritdoc/>
    public string Name => "parquet";

    /// <inheritdoc/>
    public bool IsText => false;

    /// <inheritdoc/>
    public void Write(CellTable table, Stream stream)
    {
        // The writer asks a stream for its position.
        using var whole = new MemoryStream();
        WriteAsync(table, whole).GetAwaiter().GetResult();
        whole.Position = 0;
        whole.CopyTo(stream);
    }

    private static async Task WriteAsync(CellTable table, Stream stream)
    {
        DataField[] fields = [.. table.Columns.Select(c => new DataField(c, TypeOf(table.Of(c)), isNullable: true))];
        ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
        await using (writer)
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            foreach (DataField field in fields)
            {
                object?[] values = [.. table.Of(field.Name)];
                if (field.ClrType == typeof(long)) await Write<long>(group, field, values, Convert.ToInt64);
                else if (field.ClrType == typeof(double)) await Write<double>(group, field, values, Convert.ToDouble);
                else if (field.ClrType == typeof(bool)) await Write<bool>(group, field, values, Convert.ToBoolean);
                else await group.WriteAsync(field, [.. values.Select(v => v is null ? null : CellTable.Text(v))]);
            }
        }
    }

    private static Task Write<T>(
        ParquetRowGroupWriter group, DataField field, object?[] values,
        Func<object, IFormatProvider, T> convert) where T : struct =>
        group.WriteAsync<T>(field, Array.ConvertAll(values, v => v is null ? null
            : (T?)convert(v, System.Globalization.CultureInfo.InvariantCulture)));

    private static Type TypeOf(IEnumerable<object?> values)
    {
        object[] known = [.. values.OfType<object>()];
        if (known.Length == 0) return typeof(string);
        if (known.All(v => v is int or long)) return typeof(long);
        if (known.All(v => v is int or long or decimal or double)) return typeof(double);
        return known.All(v => v is bool) ? typeof(bool) : typeof(string);
    }
}
