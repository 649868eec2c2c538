using System.IO.Compression;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public sealed class TorchFileTests : IDisposable
{
    private readonly CheckpointFile file = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        file.Dispose();
    }

    /// <summary>A tensor of every element type, and of every awkward form.</summary>
    internal static Dictionary<string, Tensor> EveryKind()
    {
        Tensor numbers = arange(-6, 6, dtype: ScalarType.Float32).reshape(3, 4);
        Dictionary<string, Tensor> all = [];
        foreach (ScalarType type in new[]
                 {
                     ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64,
                         ScalarType.Int32, ScalarType.Int16,
                     ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
                 })
        {
            all[$"of.{type}"] = (type == ScalarType.Byte ? numbers.abs() : numbers).to_type(type);
        }
        all["transposed"] = numbers.t();
        all["row"] = numbers[1];
        all["expanded"] = numbers[0].expand(5, 4);
        all["scalar"] = tensor(42L);
        all["empty"] = zeros(0, 3);
        all["parameter"] = new TorchSharp.Modules.Parameter(numbers.clone());
        all["größe"] = tensor(float.NaN);
        return all;
    }

    private static byte[] Written(IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        var bytes = new MemoryStream();
        TorchFile.Write(bytes, weights);
        return bytes.ToArray();
    }

    [Theory]
    [InlineData("pth (zip)")]
    [InlineData("safetensors")]
    public void Every_kind_of_tensor_is_read_back_as_it_was_written(string form)
    {
        Dictionary<string, Tensor> weights = EveryKind();
        using (FileStream stream = File.Create(file.Path))
        {
            if (form == "safetensors") SafeTensors.Write(stream, weights);
            else TorchFile.Write(stream, weights);
        }
        using Checkpoint read = Checkpoint.Open(file.Path);
        Assert.Equal(form, read.Container);
        Assert.Equal(weights.Keys, read.Weights.Keys);
        foreach ((string name, Tensor value) in weights)
        {
            Assert.Equal((name, value.dtype), (name, read.Weights[name].dtype));
            Assert.Equal(value.shape, read.Weights[name].shape);
            Assert.Equal(value.detach().contiguous().bytes.ToArray(), read.Weights[name].bytes.ToArray());
        }
    }

    [Fact]
    public void Two_writes_give_the_same_bytes()
    {
        Dictionary<string, Tensor> weights = EveryKind();
        Assert.Equal(Written(weights), Written(weights));
    }

    [Fact]
    public void Contents_are_stored_at_multiples_of_64_bytes_with_right_checksums()
    {
        byte[] bytes = Written([KeyValuePair.Create("a", arange(100, dtype: ScalarType.Float32)),
            KeyValuePair.Create("b", arange(7, dtype: ScalarType.Int64))]);
        using var zip = new ZipArchive(new MemoryStream(bytes));
        Assert.Equal(["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/data/1", "archive/version"],
            zip.Entries.Select(e => e.FullName));
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            var content = new MemoryStream();
            using (Stream stream = entry.Open()) stream.CopyTo(content);
            Assert.Equal(0, bytes.AsSpan().IndexOf(content.ToArray()) % 64);
            Assert.Equal(Bitwise(content.ToArray()), entry.Crc32);
        }
    }

    [Fact]
    public void Elements_that_weight_files_do_not_hold_are_an_error_that_names_the_tensor() =>
        Assert.Contains("'z'", Assert.Throws<ArgumentException>(
            () => Written([KeyValuePair.Create("z", zeros(2, dtype: ScalarType.ComplexFloat32))])).Message);

    // The definition of CRC-32, a bit at a time.
    private static uint Bitwise(byte[] bytes)
    {
        uint crc = ~0u;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
