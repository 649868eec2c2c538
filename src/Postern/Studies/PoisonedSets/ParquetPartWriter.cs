using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace Postern.Studies.PoisonedSets;

/// <summary>
/// One Parquet file as Hugging Face lays out CIFAR-10: a structure <c>img</c> of <c>bytes</c> (PNG) and <c>path</c>, and
/// <c>label</c>, a row group each time pictures are added; the metadata names the classes.
/// </summary>
internal sealed class ParquetPartWriter : IPartWriter
{
    private readonly PoisonedPart part;
    private readonly string file, path;
    private readonly DataField[] fields;
    private readonly FileStream stream;
    private readonly ParquetWriter writer;
    private bool finished;

    /// <summary>Begins the file in the set's folder.</summary>
    internal ParquetPartWriter(string root, PoisonedPart part)
    {
        this.part = part;
        file = $"{part.Name}-00000-of-00001.parquet";
        path = Path.Combine(root, file);
        var schema = new ParquetSchema(
            new StructField("img", new DataField("bytes", typeof(byte[]), true), new DataField("path", typeof(string), true)),
            new DataField("label", typeof(long), true));
        fields = schema.GetDataFields();
        stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        // PNGs do not compress any further.
        writer = ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = CompressionMethod.None })
            .GetAwaiter().GetResult();
        writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = Features(part.Images.ClassNames) };
    }

    public void Append(int start, byte[][] pictures) => AppendAsync(start, pictures).GetAwaiter().GetResult();

    public string NameOf(int position) => string.Create(CultureInfo.InvariantCulture, $"{file}#{position}");

    public IReadOnlyList<(string File, string Sha256)> Finish()
    {
        Close();
        using FileStream written = File.OpenRead(path);
        return [(file, Convert.ToHexStringLower(SHA256.HashData(written)))];
    }

    public void Dispose()
    {
        if (!finished) Close();
    }

    private async Task AppendAsync(int start, byte[][] pictures)
    {
        // Definition levels: 2 is a value within its structure, 1 a value that stands alone.
        int[] inner = [.. Enumerable.Repeat(2, pictures.Length)], outer = [.. Enumerable.Repeat(1, pictures.Length)];
        int[] positions = [.. Enumerable.Range(start, pictures.Length)];
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAllPartsAsync<ReadOnlyMemory<byte>>(fields[0], Array.ConvertAll(pictures, p => (ReadOnlyMemory<byte>)p),
            inner, null, default);
        await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(fields[1],
            Array.ConvertAll(positions, p => part.FileOf(p).AsMemory()), inner, null, default);
        await group.WriteAllPartsAsync<long>(fields[2], Array.ConvertAll(positions, p => (long)part.LabelOf(p)), outer,
            null, default);
    }

    private void Close()
    {
        finished = true;
        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        stream.Flush(flushToDisk: true);
        stream.Dispose();
    }

    // What the datasets library reads, so that it shows pictures and names rather than bytes and numbers.
    private static string Features(IReadOnlyList<string> classNames) => JsonSerializer.Serialize(new
    {
        info = new { features = new { img = new { _type = "Image" }, label = new { names = classNames, _type = "ClassLabel" } } },
    });
}
