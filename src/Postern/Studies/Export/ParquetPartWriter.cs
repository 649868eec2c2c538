using Parquet;
using Parquet.Schema;
using Postern.Imaging;

namespace Postern.Studies.Export;

/// <summary>Hugging Face's layout: one parquet file a split with <c>img {bytes, path}</c> (PNG) and <c>label</c>, a thousand rows a group.</summary>
internal sealed class ParquetPartWriter : IPartWriter
{
    private const int RowsOfGroup = 1000;

    private static readonly ParquetSchema Schema = new(
        new StructField("img", new DataField("bytes", typeof(byte[]), true), new DataField("path", typeof(string), true)),
        new DataField("label", typeof(long), true));

    public void Write(ExportPart part, IReadOnlyList<string> classNames, string folder, int threads, Action<int> written, CancellationToken cancel) =>
        WriteAsync(part, folder, threads, written, cancel).GetAwaiter().GetResult();

    private static async Task WriteAsync(ExportPart part, string folder, int threads, Action<int> written, CancellationToken cancel)
    {
        // The clean test split has the name by which loaders know it.
        string name = part.Name == "val" ? "test" : part.Name;
        DataField[] fields = Schema.GetDataFields();
        await using FileStream stream = File.Create(Path.Combine(folder, $"{name}-00000-of-00001.parquet"));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(Schema, stream, cancellationToken: cancel);
        foreach (int[] rows in part.Indices.Chunk(RowsOfGroup))
        {
            var pictures = new ReadOnlyMemory<byte>[rows.Length];
            Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel },
                i => pictures[i] = ImageFile.EncodePng(part.PictureOf(rows[i])));
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            int[] structure = Levels(2), leaf = Levels(1);
            await group.WriteAllPartsAsync<ReadOnlyMemory<byte>>(fields[0], pictures, structure, null, default);
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(fields[1], rows.Select(i => $"{name}/{i}.png".AsMemory()).ToArray(), structure, null, default);
            await group.WriteAllPartsAsync<long>(fields[2], rows.Select(i => (long)part.LabelOf(i)).ToArray(), leaf, null, default);
            written(rows.Length);

            int[] Levels(int level)
            {
                int[] levels = new int[rows.Length];
                Array.Fill(levels, level);
                return levels;
            }
        }
    }
}
