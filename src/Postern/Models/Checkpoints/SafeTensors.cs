using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>
/// The safetensors format: 8 bytes of header length, a JSON header, then the raw little-endian data of each tensor.
/// Reading executes nothing and allocates no more than the file holds.
/// </summary>
public static class SafeTensors
{
    private const int MaxHeader = 100_000_000;  // as the reference implementation

    private static readonly Dictionary<string, (ScalarType Type, int Bytes)> Types = new()
    {
        ["F64"] = (ScalarType.Float64, 8),
        ["F32"] = (ScalarType.Float32, 4),
        ["F16"] = (ScalarType.Float16, 2),
        ["BF16"] = (ScalarType.BFloat16, 2),
        ["I64"] = (ScalarType.Int64, 8),
        ["I32"] = (ScalarType.Int32, 4),
        ["U8"] = (ScalarType.Byte, 1),
        ["BOOL"] = (ScalarType.Bool, 1),
    };

    /// <summary>Writes <paramref name="tensors"/> in the given order, padded so that data starts at a multiple of 8.</summary>
    public static void Write(Stream output, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        KeyValuePair<string, Tensor>[] all = [.. tensors];
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach ((string name, Tensor value) in all)
            {
                long bytes = value.numel() * value.element_size();
                json.WriteStartObject(name);
                json.WriteString("dtype", Types.First(t => t.Value.Type == value.dtype).Key);
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
        output.Write(length);
        header.WriteTo(output);
        foreach ((_, Tensor value) in all)
        {
            using Tensor flat = value.detach().cpu().contiguous();
            output.Write(flat.bytes);
        }
    }

    /// <summary>Reads every tensor of <paramref name="path"/>. The caller owns them.</summary>
    /// <exception cref="InputException">The file is missing, truncated or inconsistent.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(file, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read ({e.Message})", e);
        }
    }

    /// <summary>The key-value pairs that the writer left in the header; empty where there are none.</summary>
    /// <exception cref="InputException">The file is missing or its header is damaged.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            JsonElement header = ReadHeader(file, path, out _);
            return header.TryGetProperty("__metadata__", out JsonElement pairs) && pairs.ValueKind == JsonValueKind.Object
                ? pairs.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString())
                : new Dictionary<string, string>();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read ({e.Message})", e);
        }
    }

    private static Dictionary<string, Tensor> Read(FileStream file, string path)
    {
        JsonElement header = ReadHeader(file, path, out long dataStart);
        long dataLength = file.Length - dataStart;
        Dictionary<string, Tensor> tensors = [];
        try
        {
            foreach (JsonProperty entry in header.EnumerateObject())
            {
                if (entry.Name == "__metadata__") continue;
                (ScalarType type, long[] shape, long begin, long end) = Describe(entry, path);
                if (begin < 0 || end > dataLength)
                    throw new InputException(path, $"tensor '{entry.Name}' lies outside the file, which is truncated or damaged");
                byte[] data = new byte[end - begin];
                file.Position = dataStart + begin;
                file.ReadExactly(data);
                Tensor value = empty(shape, type);
                value.bytes = data;
                tensors[entry.Name] = value;
            }
            return tensors;
        }
        catch
        {
            foreach (Tensor value in tensors.Values) value.Dispose();
            throw;
        }
    }

    private static JsonElement ReadHeader(FileStream file, string path, out long dataStart)
    {
        Span<byte> length = stackalloc byte[8];
        if (file.ReadAtLeast(length, 8, throwOnEndOfStream: false) < 8) throw new InputException(path, "is too short for a safetensors file");
        long headerLength = BinaryPrimitives.ReadInt64LittleEndian(length);
        if (headerLength is < 2 or > MaxHeader || headerLength > file.Length - 8)
            throw new InputException(path, $"claims a header of {headerLength} bytes; it is truncated or no safetensors file");
        byte[] json = new byte[headerLength];
        file.ReadExactly(json);
        dataStart = 8 + headerLength;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InputException(path, "has a header that is not JSON; it is damaged or no safetensors file", e);
        }
        throw new InputException(path, "has a header that is no JSON object");
    }

    private static (ScalarType Type, long[] Shape, long Begin, long End) Describe(JsonProperty entry, string path)
    {
        try
        {
            string dtype = entry.Value.GetProperty("dtype").GetString() ?? "";
            if (!Types.TryGetValue(dtype, out (ScalarType Type, int Bytes) type))
                throw new InputException(path, $"tensor '{entry.Name}' has the unknown type '{dtype}'");
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
            long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(s => s.GetInt64())];
            long bytes = shape.Aggregate((long)type.Bytes, (product, side) => checked(product * side));
            if (offsets.Length != 2 || shape.Any(s => s < 0) || offsets[1] - offsets[0] != bytes)
                throw new InputException(path, $"tensor '{entry.Name}' has data offsets that do not match its shape");
            return (type.Type, shape, offsets[0], offsets[1]);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InputException(path, $"tensor '{entry.Name}' has a malformed entry", e);
        }
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, IEnumerable<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
