using Postern.Kernels;
using Postern.Models;
using Postern.Native.Paths;
using Postern.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Training;

public class NonFiniteLossTests
{
    private static Vim Model() => new(new VimConfig(16, 4, 4, EmbedDim: 32, Depth: 2, StateSize: 8, Classes: 5));

    [Fact]
    public void Pictures_that_are_no_numbers_are_to_blame_first()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Model();
        Assert.Contains("the batch itself is not finite", NonFiniteLoss.Explain(model, full(2, 3, 16, 16, float.NaN)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_is_no_number_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Model();
        Spoil(model, "layers.1.mixer.in_proj.weight", float.NaN);
        string said = NonFiniteLoss.Explain(model, randn(2, 3, 16, 16));
        Assert.Contains("parameter layers.1.mixer.in_proj.weight is not finite", said, StringComparison.Ordinal);
        Assert.Contains("the self-check had passed", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_overflow_a_layer_name_the_layer_and_the_largest_of_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Model();
        Spoil(model, "layers.1.mixer.in_proj.weight", 3e38f);
        string said = NonFiniteLoss.Explain(model, randn(2, 3, 16, 16));
        Assert.Contains("is not finite, by plain loops as well", said, StringComparison.Ordinal);
        Assert.Contains("in layers.1.mixer.in_proj.weight", said, StringComparison.Ordinal);
        Assert.Contains("try a lower lr", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_computes_wrongly_is_told_from_a_training_that_went_astray()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new WrongHere();
        string said = NonFiniteLoss.Explain(model, randn(2, 3, 16, 16));
        Assert.Contains("this machine computes wrongly here", said, StringComparison.Ordinal);
        Assert.Contains("doctor --thorough", said, StringComparison.Ordinal);
        Assert.DoesNotContain("lower lr", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_paths_in_use_stay_in_use()
    {
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, string> before = SelfCheck.Chosen(bfloat16: true);
        (SimdPath scan, bool oneDnn) = (KernelPaths.Scan, OneDnn.IsOn);
        using Vim model = Model();
        Spoil(model, "layers.1.mixer.out_proj.weight", 1e38f);
        NonFiniteLoss.Explain(model, randn(2, 3, 16, 16));
        Assert.Equal((scan, oneDnn), (KernelPaths.Scan, OneDnn.IsOn));
        Assert.Equal(before, SelfCheck.Chosen(bfloat16: true));
    }

    private static void Spoil(Backbone model, string parameter, float value)
    {
        using var noGrad = no_grad();
        model.named_parameters().First(p => p.name == parameter).parameter.fill_(value);
    }

    /// <summary>A network whose only layer is wrong on the fast path, as oneDNN was on a machine that hides its caches.</summary>
    private sealed class WrongHere() : Backbone("WrongHere")
    {
        public override string Head => "head";

        public override Tensor forward(Tensor x)
        {
            Tensor y = KernelPaths.Scan == SimdPath.Plain ? x.mean([2, 3]) : x.mean([2, 3]) * float.NaN;
            return Tap("stem", y);
        }

        public override void Initialise(long seed)
        {
        }

        public override long MultiplyAdds(int imageSize) => 0;
    }
}
