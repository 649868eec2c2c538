using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace Postern.Datasets;

/// <summary>
/// Which columns of a parquet file hold pictures and labels. A picture is a structure with a leaf <c>bytes</c>, as the
/// <c>datasets</c> library has it, or a column of bytes; a label is a column of whole numbers. Names are free where there is one
/// of each; what the library wrote about its features tells labels from other numbers, and names the classes.
/// </summary>
/// <param name="Picture">The column of encoded pictures.</param>
/// <param name="Label">The column of labels.</param>
/// <param name="ClassNames">Names of the classes by number, from the file's own description; null where it has none.</param>
internal sealed record ParquetFeatures(DataField Picture, DataField Label, IReadOnlyList<string>? ClassNames)
{
    private const string Description = "huggingface", Leaf = "/bytes";

    private static readonly string[] PictureNames = ["img", "image"], LabelNames = ["label", "labels", "target", "class"];

    private static readonly Type[] Bytes = [typeof(byte[]), typeof(ReadOnlyMemory<byte>)];

    private static readonly Type[] Integers =
        [typeof(long), typeof(int), typeof(short), typeof(sbyte), typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)];

    /// <summary>Reads a file's columns; no picture is touched.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="source">Its name, for errors.</param>
    /// <param name="labels">Names of the label's column that come before others.</param>
    /// <exception cref="InputException">The file is damaged, or its columns leave it open which is which.</exception>
    internal static ParquetFeatures Of(byte[] file, string source, IReadOnlyList<string> labels)
    {
        return Read(file, source, reader => Of(reader, source, labels));
    }

    /// <summary>How many rows a file says it has.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    internal static int RowsOf(byte[] file, string source) =>
        Read(file, source, reader => checked((int)(reader.Metadata?.NumRows ?? 0)));

    private static T Read<T>(byte[] file, string source, Func<ParquetReader, T> read)
    {
        ParquetBounds.CheckFooter(file, source);
        try
        {
            using var stream = new MemoryStream(file, writable: false);
            ParquetReader reader = ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
            try
            {
                return read(reader);
            }
            finally
            {
                reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        }
        catch (Exception e) when (e is not InputException)
        {
            throw new InputException(source, $"the Parquet file is damaged or of an unknown kind: {e.Message}", e);
        }
    }

    /// <inheritdoc cref="Of(byte[], string, IReadOnlyList{string})"/>
    internal static ParquetFeatures Of(ParquetReader reader, string source, IReadOnlyList<string> labels)
    {
        DataField[] fields = reader.Schema.GetDataFields(),
            flat = [.. fields.Where(f => f.MaxRepetitionLevel == 0)];
        IReadOnlyDictionary<string, string[]> described = Described(reader);
        DataField[] structures = [.. flat.Where(f => Name(f).EndsWith(Leaf, StringComparison.Ordinal))],
            bytes = [.. flat.Where(f => !Name(f).Contains('/') && Bytes.Contains(f.ClrType))],
            numbers = [.. flat.Where(f => !Name(f).Contains('/') && Integers.Contains(f.ClrType)
                && !Name(f).StartsWith("__", StringComparison.Ordinal))];
        DataField? picture = One(structures, f => Name(f)[..^Leaf.Length], PictureNames) ?? One(bytes, Name, PictureNames);
        DataField? label = labels.Select(n => Array.Find(numbers, f => Name(f) == n)).FirstOrDefault(f => f is not null)
            ?? One([.. numbers.Where(f => described.ContainsKey(Name(f)))], Name, LabelNames) ?? One(numbers, Name, LabelNames);
        string all = string.Join(", ", fields.Select(Name));
        if (picture is null)
        {
            throw new InputException(source, $"has no column of pictures that is the only one or called image, "
                + $"a structure with bytes or bytes themselves; its columns are {all}");
        }
        if (label is null)
        {
            throw new InputException(source, $"has no column {labels.FirstOrDefault() ?? LabelNames[0]} of whole numbers, nor a "
                + $"single one that is; its columns are {all}");
        }
        return new ParquetFeatures(picture, label, described.GetValueOrDefault(Name(label)));
    }

    /// <summary>A column's name, of a leaf with that of its structure: <c>img/bytes</c>.</summary>
    internal static string Name(DataField field) => field.Path.ToString();

    // The only one, or the one that is called as such columns usually are.
    private static DataField? One(DataField[] fields, Func<DataField, string> name, string[] usual) =>
        fields.Length == 1 ? fields[0] : usual.Select(n => Array.Find(fields, f => name(f) == n))
            .FirstOrDefault(f => f is not null);

    // {"info": {"features": {"label": {"names": ["cat", ...], "_type": "ClassLabel"}}}}
    private static IReadOnlyDictionary<string, string[]> Described(ParquetReader reader)
    {
        var names = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (reader.CustomMetadata?.GetValueOrDefault(Description) is not string text) return names;
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            if (!json.RootElement.TryGetProperty("info", out JsonElement info)
                || !info.TryGetProperty("features", out JsonElement features)) return names;
            foreach (JsonProperty feature in features.EnumerateObject())
            {
                if (feature.Value.ValueKind == JsonValueKind.Object && feature.Value.TryGetProperty("names", out JsonElement list)
                    && list.ValueKind == JsonValueKind.Array)
                    names[feature.Name] = [.. list.EnumerateArray().Select(n => n.ToString())];
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A description of another kind: what the columns hold is told by themselves.
            names.Clear();
        }
        return names;
    }
}
