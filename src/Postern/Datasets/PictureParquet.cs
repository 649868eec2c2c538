using Parquet;
using Parquet.Data;
using Parquet.Meta;
using Parquet.Schema;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// Reads encoded pictures and labels from parquet files of one dataset, its columns found by <see cref="ParquetFeatures"/>; every
/// value may be null in the file, and none may be missing.
/// </summary>
/// <param name="labels">Names of the label's column that come before others.</param>
/// <param name="classes">Number of classes; null for as many as the labels need.</param>
/// <param name="side">Side of the pictures; 0 for that of the first one that is read.</param>
/// <param name="resizes">Whether pictures of another size are resized rather than refused.</param>
internal sealed class PictureParquet(IReadOnlyList<string> labels, int? classes, int side, bool resizes)
{
    // More classes than any set of pictures has; a label beyond is no label.
    private const int MostClasses = 1_000_000;

    /// <summary>Side of the pictures; 0 before the first one is read.</summary>
    internal int Side { get; private set; } = side;

    /// <summary>The pictures of one file, row group by row group.</summary>
    /// <exception cref="InputException">Anything wrong with the file; the message names it and, where there is one, the
    /// row.</exception>
    internal List<PicturePart> Parts(byte[] file, string source)
    {
        ParquetBounds.CheckFooter(file, source);
        try
        {
            return PartsAsync(file, source).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not InputException)
        {
            throw new InputException(source, $"the Parquet file is damaged or of an unknown kind: {e.Message}", e);
        }
    }

    private async Task<List<PicturePart>> PartsAsync(byte[] file, string source)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(new MemoryStream(file, writable: false));
        ParquetFeatures features = ParquetFeatures.Of(reader, source, labels);
        string[] read = [ParquetFeatures.Name(features.Picture), ParquetFeatures.Name(features.Label)];
        var parts = new List<PicturePart>();
        long firstRow = 0;
        for (int g = 0; g < reader.RowGroupCount; g++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(g);
            if (group.RowCount == 0) continue;
            foreach (ColumnChunk column in group.RowGroup.Columns)
                if (read.Contains(string.Join("/", column.MetaData?.PathInSchema ?? [])))
                    ParquetBounds.CheckColumn(file, column, group.RowCount, source);
            int[] found = await Labels(group, features.Label, firstRow, source);
            parts.Add(await Pictures(group, features.Picture, found, firstRow, source));
            firstRow += group.RowCount;
        }
        return parts.Count > 0 ? parts : throw new InputException(source, "the Parquet file has no rows");
    }

    private async Task<int[]> Labels(ParquetRowGroupReader group, DataField field, long firstRow, string source)
    {
        using RawColumnData raw = await group.ReadRawColumnDataBaseAsync(field);
        long?[] found = raw switch
        {
            RawColumnData<long> column => ByRow(column, field, group.RowCount, value => (long?)value),
            RawColumnData<int> column => ByRow(column, field, group.RowCount, value => (long?)value),
            RawColumnData<short> column => ByRow(column, field, group.RowCount, value => (long?)value),
            RawColumnData<sbyte> column => ByRow(column, field, group.RowCount, value => (long?)value),
            RawColumnData<byte> column => ByRow(column, field, group.RowCount, value => (long?)value),
            RawColumnData<ushort> column => ByRow(column, field, group.RowCount, value => (long?)value),
            RawColumnData<uint> column => ByRow(column, field, group.RowCount, value => (long?)value),
            RawColumnData<ulong> column =>
                ByRow(column, field, group.RowCount, value => (long?)(long)Math.Min(value, long.MaxValue)),
            _ => throw new InputException(source,
                $"column {ParquetFeatures.Name(field)} holds {field.ClrType.Name}, expected whole numbers"),
        };
        int most = (classes ?? MostClasses) - 1;
        return [.. found.Select((label, row) => label switch
        {
            null => throw new InputException(source, $"row {firstRow + row} has no label"),
            long value when value < 0 || value > most =>
                throw new InputException(source, $"row {firstRow + row} has label {value}, expected 0 to {most}"),
            long value => (int)value,
        })];
    }

    private async Task<PicturePart> Pictures(
        ParquetRowGroupReader group, DataField field, int[] found, long firstRow, string source)
    {
        using RawColumnData raw = await group.ReadRawColumnDataBaseAsync(field);
        if (raw is not RawColumnData<ReadOnlyMemory<byte>> column)
            throw new InputException(source, $"column {ParquetFeatures.Name(field)} holds {field.ClrType.Name}, expected bytes");
        ReadOnlyMemory<byte>[] encoded = ByRow(column, field, group.RowCount, value => value);
        int empty = Array.FindIndex(encoded, e => e.IsEmpty);
        if (empty >= 0) throw new InputException(source, $"row {firstRow + empty} has no picture");

        if (Side == 0) Side = ImageFile.Decode(encoded[0].Span, $"{source} row {firstRow}").Width;
        byte[] pixels = MemoryImageSet.NewBlock(encoded.Length, Side, source);
        InputException?[] errors = new InputException?[encoded.Length];
        Parallel.For(0, encoded.Length, row =>
        {
            try
            {
                RgbImage image = ImageFile.Decode(encoded[row].Span, $"{source} row {firstRow + row}");
                if ((image.Width, image.Height) != (Side, Side))
                {
                    image = resizes ? Resampling.Bilinear(image, Side, Side) : throw new InputException(source,
                        $"row {firstRow + row} has a picture of {image.Width}x{image.Height}, expected {Side}x{Side}"
                            + (classes is null ? "; set size to resize all pictures" : ""));
                }
                image.Pixels.CopyTo(pixels, (long)row * MemoryImageSet.BytesPerPicture(Side));
            }
            catch (InputException e)
            {
                errors[row] = e;
            }
        });
        if (Array.Find(errors, e => e is not null) is InputException first)
            throw InputException.OfSample(first.Message, first);
        string name = Path.GetFileName(source);
        return new PicturePart(Side, pixels, found, i => $"{name}#{firstRow + i}");
    }

    /// <summary>
    /// A raw column spread over the rows. The raw values are packed, only those that are there; which rows have one is in the
    /// definition levels alone. The reader's own nullable arrays confuse a null structure with a null leaf and shift the rows.
    /// </summary>
    private static TOut[] ByRow<TIn, TOut>(RawColumnData<TIn> raw, DataField field, long rows, Func<TIn, TOut> convert)
        where TIn : struct
    {
        ReadOnlySpan<TIn> values = raw.Values;
        bool optional = field.MaxDefinitionLevel > 0;
        ReadOnlySpan<int> levels = optional ? raw.DefinitionLevels : default;
        var result = new TOut[rows];
        int next = 0;
        for (int row = 0; row < result.Length; row++)
            if (!optional || levels[row] == field.MaxDefinitionLevel) result[row] = convert(values[next++]);
        return result;
    }
}
