using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Postern.Tests.Goldens;

/// <summary>
/// A golden: a JSON manifest and the safetensors file beside it. It is read by code of its own, so that the product's reader
/// is not checked against itself.
/// </summary>
internal sealed class GoldenFile
{
    private readonly JsonElement header;
    private readonly byte[] data;
    private readonly int dataStart;

    private GoldenFile(string name, JsonElement manifest, byte[] data)
    {
        (Name, Manifest, this.data) = (name, manifest, data);
        if (data.Length == 0) return;
        int headerLength = checked((int)BinaryPrimitives.ReadInt64LittleEndian(data));
        header = JsonDocument.Parse(data.AsMemory(8, headerLength)).RootElement;
        dataStart = 8 + headerLength;
    }

    public string Name { get; }

    public JsonElement Manifest { get; }

    /// <summary>Names of the stored tensors.</summary>
    public IReadOnlyList<string> TensorNames =>
        header.ValueKind == JsonValueKind.Object
            ? [.. header.EnumerateObject().Select(t => t.Name).Where(n => n != "__metadata__")] : [];

    /// <summary>
    /// Opens a manifest by its path relative to the golden folder; its tensors lie where <c>file</c> says, or beside it.
    /// </summary>
    public static GoldenFile Open(string relativePath)
    {
        string path = Path.Combine(GoldenFolder.Root!, relativePath);
        JsonElement manifest = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        string beside = Path.ChangeExtension(path, ".safetensors");
        string tensors = manifest.TryGetProperty("file", out JsonElement file)
            ? Path.Combine(Path.GetDirectoryName(path)!, file.GetString()!) : beside;
        if (!File.Exists(tensors)) tensors = beside;
        return new GoldenFile(Path.GetFileNameWithoutExtension(path), manifest,
            File.Exists(tensors) ? File.ReadAllBytes(tensors) : []);
    }

    public bool Has(string tensor) => header.ValueKind == JsonValueKind.Object && header.TryGetProperty(tensor, out _);

    public long[] Shape(string tensor) =>
        [.. header.GetProperty(tensor).GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];

    /// <summary>Values in row-major order, whatever the stored type, as doubles.</summary>
    public double[] Doubles(string tensor)
    {
        JsonElement entry = header.GetProperty(tensor);
        int begin = dataStart + entry.GetProperty("data_offsets")[0].GetInt32(),
            end = dataStart + entry.GetProperty("data_offsets")[1].GetInt32();
        ReadOnlySpan<byte> bytes = data.AsSpan(begin, end - begin);
        return entry.GetProperty("dtype").GetString() switch
        {
            "F64" => MemoryMarshal.Cast<byte, double>(bytes).ToArray(),
            "F32" => Widened<float>(bytes, v => v),
            "I64" => Widened<long>(bytes, v => v),
            "I32" => Widened<int>(bytes, v => v),
            "U8" => Widened<byte>(bytes, v => v),
            string other => throw new InvalidDataException($"{Name}: tensor {tensor} has type {other}"),
            null => throw new InvalidDataException($"{Name}: tensor {tensor} has no type"),
        };
    }

    public float[] Floats(string tensor) => Array.ConvertAll(Doubles(tensor), v => (float)v);

    private static double[] Widened<T>(ReadOnlySpan<byte> bytes, Func<T, double> widen)
        where T : unmanaged => [.. MemoryMarshal.Cast<byte, T>(bytes).ToArray().Select(widen)];
}
