using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>
/// The safetensors format: 8 bytes of header length, a JSON header, then the raw little-endian data of each tensor.
/// Reading executes nothing and allocates no more than the file holds. What is written here carries a checksum among its metadata
/// (<see cref="TensorChecksum"/>), which every reading of tensors verifies; files of others have none.
/// </summary>
public static class SafeTensors
{
    private const int MaxHeader = 100_000_000;  // as the reference implementation
    private const string MetadataKey = "__metadata__";

    /// <summary>Writes <paramref name="tensors"/> in the given order, padded so that data starts at a multiple of 8.</summary>
    /// <param name="output">Must be able to seek: the checksum, which stands at the beginning, is known at the end.</param>
    /// <param name="tensors">By name.</param>
    /// <param name="metadata">Pairs for the header; null for none.</param>
    public static void Write(Stream output, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        KeyValuePair<string, Tensor>[] all = [.. tensors];
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            foreach ((string key, string value) in metadata ?? new Dictionary<string, string>()) json.WriteString(key, value);
            json.WriteString(TensorChecksum.Key, TensorChecksum.Unknown);
            json.WriteEndObject();
            long offset = 0;
            foreach ((string name, Tensor value) in all)
            {
                long bytes = value.numel() * value.element_size();
                json.WriteStartObject(name);
                json.WriteString("dtype", ElementType.Of(value, name).SafeName);
                WriteIntegers(json, "shape", value.shape);
                WriteIntegers(json, "data_offsets", [offset, offset + bytes]);
                json.WriteEndObject();
                offset += bytes;
            }
            json.WriteEndObject();
        }
        while (header.Length % 8 != 0) header.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        long start = output.Position;
        var checksum = new TensorChecksum();
        Put(length);
        Put(header.GetBuffer().AsSpan(0, (int)header.Length));
        foreach ((_, Tensor value) in all)
        {
            using Tensor flat = value.detach().cpu().contiguous();
            Put(flat.bytes);
        }
        long end = output.Position;
        output.Position = start + 8 + TensorChecksum.PlaceIn(header.GetBuffer().AsSpan(0, (int)header.Length))!.Value;
        output.Write(checksum.Digits);
        output.Position = end;

        void Put(ReadOnlySpan<byte> bytes)
        {
            output.Write(bytes);
            checksum.Append(bytes);
        }
    }

    /// <summary>Whether the file at <paramref name="path"/> begins as such a file does.</summary>
    /// <exception cref="InputException">It is missing or cannot be read.</exception>
    public static bool IsOne(string path) => Opened(path, file =>
    {
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == (byte)'{';
    });

    /// <summary>Reads every tensor of <paramref name="path"/>. The caller owns them.</summary>
    /// <exception cref="InputException">The file is missing, truncated or inconsistent.</exception>
    public static Dictionary<string, Tensor> Read(string path) => Opened(path, file => Read(file, path));

    /// <summary>The key-value pairs that the writer left in the header; empty where there are none.</summary>
    /// <exception cref="InputException">The file is missing or its header is damaged.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path) => Opened(path, file =>
        ReadHeader(file, path, out _).TryGetProperty(MetadataKey, out JsonElement pairs)
            && pairs.ValueKind == JsonValueKind.Object
            ? pairs.EnumerateObject().Where(p => p.Name != TensorChecksum.Key).ToDictionary(p => p.Name, p => p.Value.ToString())
            : []);

    /// <summary>Reads <paramref name="path"/> to its end and keeps nothing of it.</summary>
    /// <exception cref="InputException">The file is missing, or damaged.</exception>
    public static void Verify(string path) => Opened(path, file =>
    {
        ReadHeader(file, path, out long dataStart);
        return TensorChecksum.Fits(file, dataStart) ? true : throw Changed(path);
    });

    private static T Opened<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            PlainFile.Check(path);
            using FileStream file = File.OpenRead(path);
            return read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read ({e.Message})", e);
        }
        // JSON text is decoded when it is asked for, and this is how its reader reports text that is no Unicode.
        catch (InvalidOperationException e)
        {
            throw new InputException(path, "has a header with text that is no Unicode; it is damaged", e);
        }
    }

    private static Dictionary<string, Tensor> Read(FileStream file, string path)
    {
        JsonElement header = ReadHeader(file, path, out long dataStart);
        Entry[] entries = [.. header.EnumerateObject().Where(e => e.Name != MetadataKey).Select(e => Describe(e, path))];
        CheckCover(entries, file.Length - dataStart, path);
        if (!TensorChecksum.Fits(file, dataStart)) throw Changed(path);
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        try
        {
            foreach (Entry entry in entries)
            {
                file.Position = dataStart + entry.Begin;
                tensors.Add(entry.Name, StoredShape.Read(file, entry.Shape, entry.Type));
            }
            return tensors;
        }
        catch
        {
            foreach (Tensor value in tensors.Values) value.Dispose();
            throw;
        }
    }

    private static InputException Changed(string path) =>
        new(path, "is damaged: it does not have the checksum that it was written with");

    // As the reference implementation: the ranges cover the data without overlaps and without holes, in which something could
    // hide.
    private static void CheckCover(IEnumerable<Entry> entries, long dataLength, string path)
    {
        long covered = 0;
        foreach (Entry entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.End > dataLength)
                throw new InputException(path,
                    $"tensor '{FileText.Shown(entry.Name)}' lies outside the file, which is truncated or damaged");
            if (entry.Begin != covered)
                throw new InputException(path,
                    $"tensor '{FileText.Shown(entry.Name)}' "
                        + $"{(entry.Begin < covered ? "overlaps another" : "leaves a hole before it")}; the file is damaged");
            covered = entry.End;
        }
        if (covered != dataLength)
            throw new InputException(path, $"has {dataLength - covered} bytes that belong to no tensor; it is damaged");
    }

    private static JsonElement ReadHeader(FileStream file, string path, out long dataStart)
    {
        Span<byte> length = stackalloc byte[8];
        if (file.ReadAtLeast(length, 8, throwOnEndOfStream: false) < 8)
            throw new InputException(path, "is too short for a safetensors file");
        long headerLength = BinaryPrimitives.ReadInt64LittleEndian(length);
        if (headerLength is < 2 or > MaxHeader || headerLength > file.Length - 8)
            throw new InputException(path, $"claims a header of {headerLength} bytes; it is truncated or no safetensors file");
        byte[] json = new byte[headerLength];
        file.ReadExactly(json);
        dataStart = 8 + headerLength;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InputException(path,
                "has a header that is not JSON or names something twice; it is damaged or no safetensors file", e);
        }
        throw new InputException(path, "has a header that is no JSON object");
    }

    private static Entry Describe(JsonProperty entry, string path)
    {
        try
        {
            string dtype = entry.Value.GetProperty("dtype").GetString() ?? "";
            ElementType type = ElementType.All.FirstOrDefault(t => t.SafeName == dtype)
                ?? throw new InputException(path,
                    $"tensor '{FileText.Shown(entry.Name)}' has the unknown type '{FileText.Shown(dtype)}'");
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
            long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(s => s.GetInt64())];
            if (StoredShape.Count(shape) is not long count || offsets is not [>= 0 and var begin, >= 0 and var end]
                || (Int128)count * type.Bytes != end - begin)
                throw new InputException(path,
                    $"tensor '{FileText.Shown(entry.Name)}' has data offsets that do not match its shape");
            if (end - begin > int.MaxValue)
                throw new InputException(path, $"tensor '{FileText.Shown(entry.Name)}' is larger than 2 GiB");
            return new Entry(entry.Name, type, shape, begin, end);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException(path, $"tensor '{FileText.Shown(entry.Name)}' has a malformed entry", e);
        }
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, IEnumerable<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private sealed record Entry(string Name, ElementType Type, long[] Shape, long Begin, long End);
}
