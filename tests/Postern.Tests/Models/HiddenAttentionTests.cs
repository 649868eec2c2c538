using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>The backward pass alone against that of a plain scan, which is differentiated.</summary>
public class HiddenAttentionTests
{
    private const int Batch = 2, Length = 21, Channels = 24, States = 4;

    [Theory]
    [InlineData(false, 0, 10, false)]
    [InlineData(true, 0, 3, false)]
    [InlineData(false, 8, 20, false)]
    [InlineData(true, 5, 0, true)]
    public void A_row_is_what_the_plain_scan_has(bool reverse, int window, int token, bool inference)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? mode = inference ? inference_mode(true) : null;
        random.manual_seed(4);
        // Parts of a wider product, as in a network.
        Tensor wide = randn(Batch, Length, 2 * Channels + 2 * States);
        var scan = new ScanInput(wide.narrow(2, 0, Channels), wide.narrow(2, Channels, Channels),
            -rand(Channels, States) * 3, wide.narrow(2, 2 * Channels, States), wide.narrow(2, 2 * Channels + States, States))
        {
            D = randn(Channels),
            Z = randn(Batch, Length, Channels),
            DeltaBias = randn(Channels),
            Softplus = true,
            Reverse = reverse,
            Window = window,
        };
        Tensor plain = HiddenAttention.Row(scan, token, ModelOps.Plain), fused = HiddenAttention.Row(scan, token, ModelOps.Cpu);
        Assert.Equal([Batch, Channels, Length], fused.shape);
        Assert.True(TensorDifference.Of(fused, plain) < 1e-5);
        Assert.True(TensorDifference.Of(HiddenAttention.Matrix(scan, ModelOps.Cpu).select(2, token), plain) < 1e-5);
    }
}
