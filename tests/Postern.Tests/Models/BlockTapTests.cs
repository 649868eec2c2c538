using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>The stream behind each block, attention and mixers, as taps show them.</summary>
public class BlockTapTests
{
    public static TheoryData<string> Families => ["vim", "deit", "mambaout", "resnet-mini"];

    internal static Backbone Make(string name) => ModelCatalog.Create(new Choice(ModelCatalog.All.Get(name, name), name switch
    {
        "vim" => new() { ["patch_size"] = "2", ["embed_dim"] = "16", ["depth"] = "3", ["state_size"] = "4" },
        "deit" => new() { ["patch_size"] = "2", ["embed_dim"] = "16", ["depth"] = "3" },
        "mambaout" => new Dictionary<string, string> { ["depths"] = "1,2", ["dims"] = "8,16", ["stem_stride"] = "1" },
        _ => [],
    }), classes: 4, 8, seed: 3);

    [Theory]
    [MemberData(nameof(Families))]
    public void Behind_a_block_the_stream_is_all_that_later_blocks_know_of_a_picture(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Backbone model = Make(family);
        model.eval();
        Tensor one = rand(3, 3, 8, 8), other = rand(3, 3, 8, 8);
        var streams = new Dictionary<string, Tensor>();
        Tensor logits;
        using (model.Taps.Watch((name, value) => streams[name] = value.clone(), name => model.Blocks.Contains(name)))
            logits = model.forward(one);
        Assert.Equal(model.Blocks, streams.Keys);
        Assert.True(model.Blocks.Count > 2);
        foreach (string block in model.Blocks)
        {
            using IDisposable put = model.Taps.Replace(name => name == block, (name, _) => streams[name]);
            Assert.True(TensorDifference.Of(model.forward(other), logits) < 1e-5);
        }
        Assert.True(TensorDifference.Of(model.forward(other), logits) > 1e-4);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void What_the_classifier_reads_is_shown_under_the_name_that_the_network_gives(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = Make(family);
        model.eval();
        int seen = 0;
        using IDisposable tap = model.Taps.Watch((_, _) => seen++, name => name == model.Features);
        model.forward(rand(2, 3, 8, 8));
        Assert.Equal(1, seen);
    }

    [Fact]
    public void Attention_is_a_row_of_shares_for_each_head_and_token()
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = Make("deit");
        Dictionary<string, Tensor> seen = [];
        using IDisposable tap = model.Taps.Watch((name, value) => seen[name] = value,
            name => name.EndsWith("attn.weights", StringComparison.Ordinal));
        model.forward(rand(2, 3, 8, 8));
        Assert.Equal(["blocks.0.attn.weights", "blocks.1.attn.weights", "blocks.2.attn.weights"], seen.Keys);
        Assert.All(seen.Values, weights =>
        {
            Assert.Equal([2, 2, 17, 17], weights.shape);
            Assert.True(TensorDifference.Of(weights.sum(-1), ones(2, 2, 17)) < 1e-6);
        });
    }

    [Fact]
    public void A_mixer_s_rows_are_those_of_its_whole_matrix_and_give_what_the_mixer_gives()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Backbone model = Make("vim");
        var outputs = new Dictionary<string, Tensor>();
        using IDisposable values = model.Taps.Watch((name, value) => outputs[name] = value,
            name => name.EndsWith("y_gated", StringComparison.Ordinal));
        var mixers = new Dictionary<string, (ScanReading Scan, MixerAttention Whole, MixerAttention Rows)>();
        using IDisposable scans = model.Taps.WatchScans((name, scan) =>
            mixers[name] = (scan, MixerAttention.Of(scan), MixerAttention.Of(scan, [8, 2])));
        model.forward(rand(2, 3, 8, 8));
        Assert.Equal(6, mixers.Count);
        foreach ((string name, (ScanReading scan, MixerAttention whole, MixerAttention rows)) in mixers)
        {
            ConvolutionInput before = scan.Convolution!;
            Assert.True(TensorDifference.Of(nn.functional.silu(before.Convolved(scan.Reverse)), scan.U) < 1e-6);
            Tensor chosen = tensor(new long[] { 8, 2 });
            Assert.True(TensorDifference.Of(rows.Lambda(), whole.Lambda().index_select(2, chosen)) < 1e-6);
            Assert.True(
                TensorDifference.Of(rows.Constant(before.Bias), whole.Constant(before.Bias).index_select(1, chosen)) < 1e-6);
            Tensor y = whole.Lambda().matmul(before.X.transpose(1, 2).unsqueeze(-1)).squeeze(-1).transpose(1, 2)
                + whole.Constant(before.Bias);
            Tensor shown = outputs[name.Replace(".scan", ".y_gated", StringComparison.Ordinal)].transpose(1, 2);
            Assert.True(TensorDifference.Of(y, scan.Reverse ? shown.flip(1) : shown) < 1e-5);
        }
    }
}
