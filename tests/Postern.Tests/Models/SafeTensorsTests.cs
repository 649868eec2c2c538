using System.Buffers.Binary;
using System.Text;
using Postern.Models;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"postern-{Guid.NewGuid():N}.safetensors");

    public void Dispose() => File.Delete(path);

    private void Write(string header, int dataBytes, long? claimedLength = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, claimedLength ?? json.Length);
        json.CopyTo(file, 8);
        File.WriteAllBytes(path, file);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        using DisposeScope scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["a.weight"] = randn(3, 4),
            ["half"] = randn(5).to_type(ScalarType.BFloat16),
            ["count"] = tensor(42L),
            ["transposed"] = randn(2, 3).transpose(0, 1),
        };
        using (FileStream file = File.Create(path))
            SafeTensors.Write(file, tensors, new Dictionary<string, string> { ["epoch"] = "3" });
        Dictionary<string, Tensor> read = SafeTensors.Read(path);
        Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
        foreach ((string name, Tensor value) in tensors)
        {
            Assert.Equal(value.dtype, read[name].dtype);
            Assert.Equal(value.shape, read[name].shape);
            Assert.True(value.eq(read[name]).all().item<bool>(), name);
        }
        Assert.Equal("3", SafeTensors.ReadMetadata(path)["epoch"]);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}""", "outside the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "do not match")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}""", "do not match")]
    [InlineData("""{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", "unknown type")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,8],"data_offsets":[0,4]}}""", "do not match")]
    [InlineData("""{"a":5}""", "malformed")]
    [InlineData("""[1,2]""", "no JSON object")]
    [InlineData("""{"a":""", "not JSON")]
    public void Odd_headers_are_refused_with_the_files_name(string header, string reason)
    {
        Write(header, dataBytes: 8);
        InputException error = Assert.Throws<InputException>(() => SafeTensors.Read(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(4_000_000_000)]
    public void A_header_longer_than_the_file_is_refused(long claimed)
    {
        Write("{}", 0, claimed);
        Assert.Throws<InputException>(() => SafeTensors.Read(path));
    }

    [Fact]
    public void Weights_of_another_model_are_refused_by_the_name_that_differs()
    {
        using Backbone wide = new ResNet(new ResNetConfig([8, 8, 8, 8], false, 10)),
            narrow = new ResNet(new ResNetConfig([4, 4, 4, 4], false, 10));
        using (FileStream file = File.Create(path)) SafeTensors.Write(file, wide.state_dict());
        InputException error = Assert.Throws<InputException>(() => Weights.Load(narrow, path));
        Assert.Contains("'conv1.weight' is [8, 3, 3, 3]", error.Message, StringComparison.Ordinal);
    }
}
