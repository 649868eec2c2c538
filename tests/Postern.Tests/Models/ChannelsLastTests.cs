using Postern.Configuration;
using Postern.Models;
using Postern.Models.Layers;
using Postern.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>What a card gets in another order than this processor, and what is this processor's alone.</summary>
public class ChannelsLastTests
{
    [Fact]
    public void It_changes_the_order_in_memory_and_no_number()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor maps = arange(2 * 3 * 4 * 5, ScalarType.Float32).view(2, 3, 4, 5), moved = ChannelsLast.Of(maps);
        Assert.True(moved.Equals(maps));
        Assert.Equal([60, 1, 15, 3], moved.stride());
        Assert.Same(maps, ChannelsLast.For(maps));
    }

    [Theory]
    [InlineData("resnet-mini")]
    [InlineData("mambaout-mini")]
    public void A_network_keeps_it_to_its_last_block_and_gives_the_same_logits_and_gradients(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = ModelCatalog.Create(new Choice(ModelCatalog.All.Get(name, "test")), 5, 32, seed: 1);
        model.train();
        random.manual_seed(2);
        Tensor pictures = randn(4, 3, 32, 32), labels = tensor(new long[] { 0, 1, 2, 4 });
        (Tensor logits, Tensor gradients) = ModelTrial.Step(model, pictures, labels);
        Tensor? last = null;
        using IDisposable tap = model.Taps.Watch((tapped, value) => last = tapped == model.Blocks[^1] ? value : last);
        (Tensor moved, Tensor movedGradients) = ModelTrial.Step(model, ChannelsLast.Of(pictures), labels);
        Tensor maps = model.MapsAreChannelsFirst ? last!.permute(0, 2, 3, 1) : last!; // [B, H, W, C]
        Assert.Equal(1, maps.stride(3));
        Assert.True(ModelTrial.Difference(moved, logits) < 1e-5);
        Assert.True(ModelTrial.Difference(movedGradients, gradients) < 1e-4);
    }

    /// <summary>The meta device has no convolutions: a product that went through one would throw.</summary>
    [Fact]
    public void What_was_compared_on_this_processor_is_chosen_for_it_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        var mixed = new MixedPrecision { AsConvolutions = true };
        Tensor product = mixed.Linear(zeros([2, 3, 4], device: META), zeros([5, 4], device: META));
        Assert.Equal([2, 3, 5], product.shape);
        (bool layout, bool composed) = (OneDnnLayout.InUse, AttentionSoftmax.Composed);
        try
        {
            (OneDnnLayout.InUse, AttentionSoftmax.Composed) = (true, true);
            Assert.True(OneDnnLayout.Takes(zeros(1, 3, 2, 2)));
            Assert.False(OneDnnLayout.Takes(zeros([1, 3, 2, 2], device: META)));
            Assert.Equal([2, 3], AttentionSoftmax.Apply(zeros([2, 3], device: META)).shape);
        }
        finally
        {
            (OneDnnLayout.InUse, AttentionSoftmax.Composed) = (layout, composed);
        }
    }
}
