using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>Changes to a Vim's scans while it computes.</summary>
public class MixerInterventionTests
{
    private const int Class = 8;

    [Fact]
    public void A_change_lasts_until_it_is_disposed_and_another_in_between_is_left_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Make();
        Tensor pictures = Pictures(), before = model.forward(pictures);
        IDisposable first = model.Intervene(new StateReset(3));
        Assert.True(TensorDifference.Of(model.forward(pictures), before) > 1e-4);
        IDisposable second = model.Intervene(new ScanCut(Reverse: true));
        first.Dispose();
        Assert.True(TensorDifference.Of(model.forward(pictures), before) > 1e-4);
        second.Dispose();
        Assert.True(TensorDifference.Of(model.forward(pictures), before) == 0);
    }

    [Fact]
    public void Without_both_scans_and_the_neighbours_of_the_convolution_the_class_token_sees_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Make();
        Tensor pictures = Pictures();
        using IDisposable cut = model.Intervene(new Nothing());
        Assert.True(TensorDifference.Of(model.forward(pictures), model.forward(pictures.flip(0))) == 0);
    }

    [Fact]
    public void Whoever_is_cut_off_in_every_block_reaches_the_class_token_by_the_others_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Make(depth: 1, kernel: "1");
        Tensor pictures = Pictures(), changed = pictures.clone();
        changed.narrow(2, 0, 4).narrow(3, 0, 4).add_(1);                                     // token 0
        Assert.True(TensorDifference.Of(model.forward(changed), model.forward(pictures)) > 1e-5);
        using IDisposable cut = model.Intervene(new EdgeCut([0], Class));
        Assert.True(TensorDifference.Of(model.forward(changed), model.forward(pictures)) < 1e-6);
    }

    [Fact]
    public void A_change_of_some_blocks_leaves_the_others()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Make();
        Tensor pictures = Pictures(), before = model.forward(pictures);
        using (model.Intervene(new ConvolutionCut(), block => block == 7))
            Assert.True(TensorDifference.Of(model.forward(pictures), before) < 1e-5);
        using (model.Intervene(new ConvolutionCut(), block => block == 1))
            Assert.True(TensorDifference.Of(model.forward(pictures), before) > 1e-4);
    }

    private sealed record Nothing : MixerIntervention
    {
        internal override Tensor Kernel(Tensor weight) => new ConvolutionCut().Kernel(weight);

        internal override Tensor Scan(Postern.Models.Ops.ScanInput scan, Postern.Models.Ops.IModelOps ops) => zeros_like(scan.U);
    }

    private static Vim Make(int depth = 2, string kernel = "4") => new(
        new VimConfig(16, 4, 4, 24, depth, 6, 5) { Controls = new VimControls { Conv = kernel == "1" ? 1 : 4 } }, seed: 1);

    private static Tensor Pictures()
    {
        random.manual_seed(3);
        return randn(4, 3, 16, 16);
    }
}
