using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace Postern.Tests.Datasets;

/// <summary>Writes parquet files of pictures with columns of any name, as the datasets library and others do.</summary>
/// <param name="Column">Of the pictures.</param>
internal sealed record PictureTable(string Column)
{
    public required byte[][] Pictures { get; init; }

    public required (string Name, int[] Values)[] Numbers { get; init; }

    /// <summary>Whether pictures are plain bytes rather than a structure.</summary>
    public bool Plain { get; init; }

    /// <summary>Whether numbers are narrow ones.</summary>
    public bool Narrow { get; init; }

    /// <summary>Names of the classes, by column, in the library's description.</summary>
    public (string Column, string[] Names)[] Described { get; init; } = [];

    /// <summary>A description in place of the library's.</summary>
    public string? Description { get; init; }

    public byte[] File() => FileAsync().GetAwaiter().GetResult();

    private async Task<byte[]> FileAsync()
    {
        Field[] pictures = Plain ? [new DataField(Column, typeof(byte[]), true)]
            : [new StructField(Column, new DataField("bytes", typeof(byte[]), true),
                new DataField("path", typeof(string), true))];
        var schema = new ParquetSchema([.. pictures,
            .. Numbers.Select(n => (Field)new DataField(n.Name, Narrow ? typeof(short) : typeof(long), true)),
            new DataField("note", typeof(string), true)]);
        DataField[] fields = schema.GetDataFields();
        var stream = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            string? text = Description ?? (Described.Length == 0 ? null : JsonSerializer.Serialize(new
            {
                info = new
                {
                    features = Described.ToDictionary(d => d.Column, d => new { names = d.Names, _type = "ClassLabel" }),
                },
            }));
            if (text is not null) writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = text };
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            int[] outer = [.. Enumerable.Repeat(1, Pictures.Length)], inner = [.. Enumerable.Repeat(2, Pictures.Length)];
            int field = 0;
            await group.WriteAllPartsAsync<ReadOnlyMemory<byte>>(fields[field++],
                Array.ConvertAll(Pictures, p => (ReadOnlyMemory<byte>)p), Plain ? outer : inner, null, default);
            if (!Plain)
                await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(fields[field++],
                    Array.ConvertAll(Pictures, _ => "x".AsMemory()), inner, null, default);
            foreach ((_, int[] values) in Numbers)
            {
                if (Narrow)
                    await group.WriteAllPartsAsync<short>(fields[field++], Array.ConvertAll(values, v => (short)v), outer,
                        null, default);
                else
                    await group.WriteAllPartsAsync<long>(fields[field++], Array.ConvertAll(values, v => (long)v), outer,
                        null, default);
            }
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(fields[field], Array.ConvertAll(Pictures, _ => "n".AsMemory()),
                outer, null, default);
        }
        return stream.ToArray();
    }
}
