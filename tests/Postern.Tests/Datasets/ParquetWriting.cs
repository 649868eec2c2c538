using Parquet;
using Parquet.Schema;

namespace Postern.Tests.Datasets;

/// <summary>One row of a Hugging Face picture file: what is null is null in the file.</summary>
/// <param name="HasStruct">Whether <c>img</c> is there at all.</param>
/// <param name="Bytes">The encoded picture.</param>
/// <param name="Path">Its path.</param>
/// <param name="Label">Its class.</param>
internal sealed record ParquetRow(byte[]? Bytes, string? Path, long? Label, bool HasStruct = true);

/// <summary>Writes Hugging Face's layout through the low-level writer, where nulls at every level can be told apart.</summary>
internal static class ParquetWriting
{
    public static byte[] File(params ParquetRow[][] groups) => FileAsync(groups).GetAwaiter().GetResult();

    private static async Task<byte[]> FileAsync(ParquetRow[][] groups)
    {
        var schema = new ParquetSchema(
            new StructField("img", new DataField("bytes", typeof(byte[]), true), new DataField("path", typeof(string), true)),
            new DataField("label", typeof(long), true));
        DataField[] fields = schema.GetDataFields();
        var stream = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            foreach (ParquetRow[] rows in groups)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await group.WriteAllPartsAsync<ReadOnlyMemory<byte>>(
                    fields[0], rows.Where(r => r.Bytes is not null).Select(r => (ReadOnlyMemory<byte>)r.Bytes).ToArray(),
                    Levels(rows, r => r.Bytes), null, default);
                await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
                    fields[1], rows.Where(r => r.Path is not null).Select(r => r.Path.AsMemory()).ToArray(),
                    Levels(rows, r => r.Path), null, default);
                await group.WriteAllPartsAsync<long>(
                    fields[2], rows.Where(r => r.Label is not null).Select(r => r.Label!.Value).ToArray(),
                    rows.Select(r => r.Label is null ? 0 : 1).ToArray(), null, default);
            }
        }
        return stream.ToArray();
    }

    // 0: no structure; 1: a structure whose leaf is null; 2: a value.
    private static int[] Levels(ParquetRow[] rows, Func<ParquetRow, object?> leaf) =>
        [.. rows.Select(r => !r.HasStruct ? 0 : leaf(r) is null ? 1 : 2)];
}
