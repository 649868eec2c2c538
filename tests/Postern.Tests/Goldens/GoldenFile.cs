using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Postern.Tests.Goldens;

/// <summary>A golden: a JSON manifest and the safetensors file beside it. The reader is independent of the library's own.</summary>
internal sealed class GoldenFile
{
    private readonly string path;
    private readonly byte[] content;
    private readonly JsonElement header;
    private readonly int dataStart;

    private GoldenFile(string path, JsonElement manifest, byte[] content)
    {
        (this.path, Manifest, this.content) = (path, manifest, content);
        dataStart = 8 + checked((int)BinaryPrimitives.ReadInt64LittleEndian(content));
        using JsonDocument document = JsonDocument.Parse(content.AsMemory(8, dataStart - 8));
        header = document.RootElement.Clone();
    }

    /// <summary>The manifest.</summary>
    public JsonElement Manifest { get; }

    /// <summary>The manifest's file name without extension.</summary>
    public string Name => Path.GetFileNameWithoutExtension(path);

    /// <summary>Names of the stored tensors.</summary>
    public IEnumerable<string> TensorNames => header.EnumerateObject().Select(t => t.Name).Where(n => n != "__metadata__");

    /// <summary>Opens the manifest at <paramref name="jsonPath"/> and its tensors: the file that <c>file</c> names, else the same name.</summary>
    public static GoldenFile Open(string jsonPath)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(jsonPath));
        JsonElement manifest = document.RootElement.Clone();
        string tensors = manifest.TryGetProperty("file", out JsonElement file)
            ? Path.Combine(Path.GetDirectoryName(jsonPath)!, file.GetString()!)
            : Path.ChangeExtension(jsonPath, ".safetensors");
        return new GoldenFile(jsonPath, manifest, File.ReadAllBytes(tensors));
    }

    /// <summary>Whether the golden stores a tensor of this name.</summary>
    public bool Has(string name) => header.TryGetProperty(name, out _);

    /// <summary>A tensor as float32, row-major; stored F32, or F64 rounded.</summary>
    public (long[] Shape, float[] Data) Tensor(string name)
    {
        (string type, long[] shape, byte[] bytes) = Stored(name);
        return type == "F32"
            ? (shape, MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).ToArray())
            : (shape, Array.ConvertAll(Doubles(name).Data, v => (float)v));
    }

    /// <summary>A tensor as float64, row-major; stored F64, or F32 or integers widened.</summary>
    public (long[] Shape, double[] Data) Doubles(string name)
    {
        (string type, long[] shape, byte[] bytes) = Stored(name);
        return (shape, type switch
        {
            "F64" => MemoryMarshal.Cast<byte, double>(bytes.AsSpan()).ToArray(),
            "F32" => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).ToArray(), v => (double)v),
            _ => Array.ConvertAll(Integers(name).Data, v => (double)v),
        });
    }

    /// <summary>A tensor of integers, row-major; stored I64, I32 or U8.</summary>
    public (long[] Shape, long[] Data) Integers(string name)
    {
        (string type, long[] shape, byte[] bytes) = Stored(name);
        return (shape, type switch
        {
            "I64" => MemoryMarshal.Cast<byte, long>(bytes.AsSpan()).ToArray(),
            "I32" => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes.AsSpan()).ToArray(), v => (long)v),
            "U8" => Array.ConvertAll(bytes, v => (long)v),
            _ => throw new InvalidDataException($"{path}: tensor {name} is of type {type}, which is not read"),
        });
    }

    private (string Type, long[] Shape, byte[] Bytes) Stored(string name)
    {
        if (!header.TryGetProperty(name, out JsonElement entry)) throw new InvalidDataException($"{path}: there is no tensor {name}");
        long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
        JsonElement offsets = entry.GetProperty("data_offsets");
        int begin = offsets[0].GetInt32(), end = offsets[1].GetInt32();
        return (entry.GetProperty("dtype").GetString()!, shape, content[(dataStart + begin)..(dataStart + end)]);
    }
}
