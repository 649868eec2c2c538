using System.Text.RegularExpressions;
using Parquet;
using Parquet.Data;
using Parquet.Meta;
using Parquet.Schema;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// CIFAR-10 as published on Hugging Face: <c>plain_text/train-*.parquet</c> and <c>test-*.parquet</c> with a structure
/// <c>img</c> of <c>bytes</c> (PNG or JPEG) and <c>path</c>, and a number <c>label</c>; every one of them may be null.
/// </summary>
internal static partial class CifarParquet
{
    private const string Picture = "img/bytes", Label = "label";

    /// <summary>The folder in <paramref name="tree"/> that holds this layout, or null.</summary>
    internal static string? Find(FileTree tree) =>
        new[] { "", "plain_text/", "cifar10/plain_text/", "data/" }
            .FirstOrDefault(folder => Shards(tree, folder, "train").Length > 0);

    /// <summary>Both splits.</summary>
    internal static (ImageSet Train, ImageSet Test) Read(FileTree tree, string folder) =>
        (Split(tree, folder, "train"), Split(tree, folder, "test"));

    private static MemoryImageSet Split(FileTree tree, string folder, string split)
    {
        string[] shards = Shards(tree, folder, split);
        if (shards.Length == 0)
            throw tree.Missing($"{folder}{split}-00000-of-00001.parquet", "the parquet layout has train and test files");
        foreach (string shard in shards)
        {
            int expected =
                int.Parse(ShardName().Match(shard).Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture);
            if (expected != shards.Length)
                throw new InputException(tree.Describe(shard), $"is one of {expected} files, but {shards.Length} are here");
        }
        return CifarPart.Join([.. shards.SelectMany(s => Parts(tree.Read(s), tree.Describe(s)))],
            CifarPart.ClassNames, tree.Root);
    }

    private static string[] Shards(FileTree tree, string folder, string split) =>
        [.. tree.Files(folder.TrimEnd('/'))
            .Where(f => f.StartsWith($"{folder}{split}-", StringComparison.Ordinal) && ShardName().IsMatch(f))];

    /// <summary>The pictures of one file, row group by row group.</summary>
    /// <exception cref="InputException">Anything wrong with the file; the message names it and, where there is one, the
    /// row.</exception>
    internal static List<CifarPart> Parts(byte[] file, string source)
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

    private static async Task<List<CifarPart>> PartsAsync(byte[] file, string source)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(new MemoryStream(file, writable: false));
        DataField picture = Field(Picture), label = Field(Label);
        var parts = new List<CifarPart>();
        long firstRow = 0;
        for (int g = 0; g < reader.RowGroupCount; g++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(g);
            if (group.RowCount == 0) continue;
            foreach (ColumnChunk column in group.RowGroup.Columns)
                if (string.Join("/", column.MetaData?.PathInSchema ?? []) is Picture or Label)
                    ParquetBounds.CheckColumn(file, column, group.RowCount, source);
            int[] labels = await Labels(group, label, firstRow, source);
            parts.Add(await Pictures(group, picture, labels, firstRow, source));
            firstRow += group.RowCount;
        }
        return parts.Count > 0 ? parts : throw new InputException(source, "the Parquet file has no rows");

        DataField Field(string path)
        {
            DataField[] fields = reader.Schema.GetDataFields();
            return fields.FirstOrDefault(f => f.Path.ToString() == path && f.MaxRepetitionLevel == 0)
                ?? throw new InputException(source,
                    $"has no column {path}; its columns are {string.Join(", ", fields.Select(f => f.Path))}");
        }
    }

    private static async Task<int[]> Labels(ParquetRowGroupReader group, DataField field, long firstRow, string source)
    {
        using RawColumnData raw = await group.ReadRawColumnDataBaseAsync(field);
        long?[] labels = raw switch
        {
            RawColumnData<long> wide => ByRow(wide, field, group.RowCount, value => (long?)value),
            RawColumnData<int> narrow => ByRow(narrow, field, group.RowCount, value => (long?)value),
            _ => throw new InputException(source, $"column {Label} holds {field.ClrType.Name}, expected whole numbers"),
        };
        return [.. labels.Select((label, row) => label switch
        {
            null => throw new InputException(source, $"row {firstRow + row} has no label"),
            long value when value < 0 || value >= CifarPart.ClassNames.Count =>
                throw new InputException(source,
                    $"row {firstRow + row} has label {value}, expected 0 to {CifarPart.ClassNames.Count - 1}"),
            long value => (int)value,
        })];
    }

    private static async Task<CifarPart> Pictures(
        ParquetRowGroupReader group, DataField field, int[] labels, long firstRow, string source)
    {
        using RawColumnData raw = await group.ReadRawColumnDataBaseAsync(field);
        if (raw is not RawColumnData<ReadOnlyMemory<byte>> column)
            throw new InputException(source, $"column {Picture} holds {field.ClrType.Name}, expected bytes");
        ReadOnlyMemory<byte>[] encoded = ByRow(column, field, group.RowCount, value => value);
        int empty = Array.FindIndex(encoded, e => e.IsEmpty);
        if (empty >= 0) throw new InputException(source, $"row {firstRow + empty} has no picture");

        byte[] pixels = MemoryImageSet.NewBlock(encoded.Length, CifarPart.Side, source);
        InputException?[] errors = new InputException?[encoded.Length];
        Parallel.For(0, encoded.Length, row =>
        {
            try
            {
                RgbImage image = ImageFile.Decode(encoded[row].Span, $"{source} row {firstRow + row}");
                if ((image.Width, image.Height) != (CifarPart.Side, CifarPart.Side))
                    throw new InputException(source,
                        $"row {firstRow + row} has a picture of {image.Width}x{image.Height}, expected 32x32");
                image.Pixels.CopyTo(pixels, row * CifarPart.PictureBytes);
            }
            catch (InputException e)
            {
                errors[row] = e;
            }
        });
        if (Array.Find(errors, e => e is not null) is InputException first) throw first;
        string name = Path.GetFileName(source);
        return new CifarPart(pixels, labels, i => $"{name}#{firstRow + i}");
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

    [GeneratedRegex(@"-\d{5}-of-(?<count>\d{5})\.parquet$")]
    private static partial Regex ShardName();
}
