using System.Runtime.InteropServices;
using System.Text;
using Postern.Models.Checkpoints;
using static Postern.Tests.Models.TorchBytes;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public sealed class CheckpointTests : IDisposable
{
    private readonly CheckpointFile file = new();

    public static TheoryData<string> Forms => ["pth (zip)", "pth (legacy)"];

    public void Dispose() => file.Dispose();

    private Checkpoint Open(string form, string code, params (string, byte[])[] storages) =>
        file.Open(form == "pth (zip)" ? Zip(code, storages) : Legacy(code, storages));

    private static float[] Values(Tensor tensor)
    {
        using Tensor floats = tensor.to_type(ScalarType.Float32);
        return MemoryMarshal.Cast<byte, float>(floats.bytes).ToArray();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_training_checkpoint_gives_weights_other_keys_and_facts(string form)
    {
        using Checkpoint checkpoint = Open(form, SmallObject, ("0", SmallStorage));
        Assert.Equal((form, "model"), (checkpoint.Container, checkpoint.WeightsAt));
        Assert.Equal([1f, 2f, 3f], Values(Assert.Single(checkpoint.Weights).Value));
        Assert.Null(checkpoint.Ema);
        Assert.Equal(["args", "epoch", "extra"], checkpoint.OtherKeys);
        Assert.Equal([("epoch", "7"), ("args.lr", "0.5")], checkpoint.Facts.Select(f => (f.Key, f.Value)));
    }

    [Fact]
    public void A_zip_with_64_bit_sizes_and_places_is_read()
    {
        using Checkpoint checkpoint = file.Open(Wide(SmallZip));
        Assert.Equal([1f, 2f, 3f], Values(checkpoint.Weights["a"]));
    }

    [Fact]
    public void Safetensors_gives_weights_and_the_headers_pairs_as_facts()
    {
        using Checkpoint checkpoint = file.Open(SafeTensors(
            """{"__metadata__":{"epoch":"3"},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", SmallStorage));
        Assert.Equal(("safetensors", ""), (checkpoint.Container, checkpoint.WeightsAt));
        Assert.Equal([1f, 2f, 3f], Values(checkpoint.Weights["a"]));
        Assert.Equal("3", checkpoint.Facts["epoch"]);
    }

    [Fact]
    public void A_prefix_of_data_parallel_training_is_dropped_where_every_name_has_it()
    {
        string a = Tensor("0", 3, [3], [1]);
        using (Checkpoint all = file.Open(Zip("}(" + Text("module.a") + a + Text("module.b") + a + "u", ("0", SmallStorage))))
            Assert.Equal(["a", "b"], all.Weights.Keys);
        using Checkpoint some = file.Open(Zip("}(" + Text("module.a") + a + Text("b") + a + "u", ("0", SmallStorage)));
        Assert.Equal(["module.a", "b"], some.Weights.Keys);
    }

    [Fact]
    public void An_average_of_the_weights_is_found_under_timms_name()
    {
        string weights = "}" + Text("a") + Tensor("0", 3, [3], [1]) + "s",
            average = "}" + Text("a") + Tensor("1", 1, [1], [1]) + "s";
        using Checkpoint checkpoint = file.Open(
            Zip("}(" + Text("state_dict") + weights + Text("state_dict_ema") + average + Text("arch") + Text("vim") + "u",
            ("0", SmallStorage), ("1", TorchBytes.Bytes(9f))));
        Assert.Equal([9f], Values(checkpoint.Ema!["a"]));
        Assert.Equal(["arch"], checkpoint.OtherKeys);
    }

    [Theory]
    [InlineData(new long[] { 2, 2 }, new long[] { 1, 2 }, 0, new float[] { 1, 3, 2, 4 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 1, 1 }, 1, new float[] { 2, 3, 4, 3, 4, 5 })]
    [InlineData(new long[] { 4 }, new long[] { 0 }, 2, new float[] { 3, 3, 3, 3 })]
    [InlineData(new long[] { 2 }, new long[] { 5 }, 0, new float[] { 1, 6 })]
    [InlineData(new long[] { 1, 2 }, new long[] { 999, 1 }, 4, new float[] { 5, 6 })]
    [InlineData(new long[] { }, new long[] { }, 5, new float[] { 6 })]
    [InlineData(new long[] { 0, 3 }, new long[] { 3, 1 }, 0, new float[] { })]
    public void A_view_of_a_storage_comes_out_contiguous(long[] shape, long[] strides, long offset, float[] expected)
    {
        foreach (string form in new[] { "pth (zip)", "pth (legacy)" })
        {
            using Checkpoint checkpoint =
                Open(form, Flat(Tensor("0", 6, shape, strides, offset)), ("0", TorchBytes.Bytes(1, 2, 3, 4, 5, 6)));
            Assert.Equal(shape, checkpoint.Weights["a"].shape);
            Assert.Equal(expected, Values(checkpoint.Weights["a"]));
        }
    }

    [Fact]
    public void Tensors_outlive_the_callers_scope_and_end_with_the_checkpoint()
    {
        Checkpoint checkpoint;
        using (NewDisposeScope()) checkpoint = file.Open(SmallZip);
        Tensor a = checkpoint.Weights["a"];
        Assert.Equal(6, a.sum().item<float>());
        checkpoint.Dispose();
        Assert.True(a.IsInvalid);
    }

    [Fact]
    public void A_flag_that_is_neither_0_nor_1_is_true()
    {
        using Checkpoint checkpoint = file.Open(Zip(Flat(Tensor("0", 3, [3], [1], type: "BoolStorage")), ("0", [0, 2, 255])));
        Assert.Equal([0, 1, 1], checkpoint.Weights["a"].bytes.ToArray());
    }

    [Fact]
    public void An_optimisers_tensors_are_described_and_not_read()
    {
        string unreadable = Tensor("1", 4, [1L << 40], [0]);
        using Checkpoint checkpoint = file.Open(
            Zip("}(" + Text("model") + Flat(Tensor("0", 3, [3], [1])) + Text("optimizer") + Flat(unreadable) + "u",
            ("0", SmallStorage), ("1", new byte[16])));
        Assert.Equal(["a"], checkpoint.Weights.Keys);
    }

    [Fact]
    public void What_is_no_weight_file_is_told_by_what_it_seems_to_be()
    {
        Assert.Contains("is empty", file.Refusal([]));
        Assert.Contains("git lfs pull", file.Refusal("version https://git-lfs.github.com/spec/v1\noid sha256:00"u8.ToArray()));
        Assert.Contains("download failed", file.Refusal("\n <!DOCTYPE html><html><body>404"u8.ToArray()));
        Assert.Contains("supported are", file.Refusal(Encoding.ASCII.GetBytes(new string('x', 5000))));
        Assert.Contains("no PyTorch file", file.Refusal(Pickle("}")));
        Assert.Contains(
            "data.pkl", file.Refusal(Archive(System.IO.Compression.CompressionLevel.NoCompression, ("a/b.txt", [1]))));
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => Checkpoint.Open(Path.GetTempPath())).Message);
        Assert.Contains("is not there", Assert.Throws<InputException>(() => Checkpoint.Open(file.Path + ".gone")).Message);
    }

    [Theory]
    [InlineData("](K\u0001e", "no dictionary")]
    [InlineData("}", "holds no weights")]
    public void An_object_without_weights_is_refused(string code, string reason) =>
        Assert.Contains(reason, file.Refusal(Zip(code)));
}
