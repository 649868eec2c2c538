using Postern.Configuration;
using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>Each control changes the one thing that it names.</summary>
public class VimControlTests
{
    private const int Side = 16;

    public static TheoryData<string, string> Controls() => new()
    {
        { "ssm", "identity" }, { "ssm", "no-memory" }, { "ssm", "no-forgetting" }, { "ssm", "lti" }, { "directions", "forward" },
        { "directions", "backward" }, { "window", "3" }, { "order", "fixed" }, { "order", "per-picture" }, { "conv", "1" },
        { "readout", "head" }, { "readout", "mean" },
    };

    [Theory]
    [MemberData(nameof(Controls))]
    public void A_fused_control_equals_one_of_plain_tensor_operations_gradients_included(string option, string value)
    {
        using DisposeScope scope = NewDisposeScope();
        using var fused = Make((option, value));
        using var plain = Make((option, value));
        plain.Ops = ModelOps.Plain;
        (Tensor pictures, Tensor labels) = Batch();
        Tensor logits = fused.forward(pictures), twin = plain.forward(pictures);
        Assert.True(TensorDifference.Of(logits, twin) < 1e-5);
        nn.functional.cross_entropy(logits, labels).backward();
        nn.functional.cross_entropy(twin, labels).backward();
        Dictionary<string, Parameter> twins = plain.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach ((string name, Parameter parameter) in fused.named_parameters())
        {
            Assert.Equal(twins[name].grad is null, parameter.grad is null);
            if (parameter.grad is Tensor gradient)
            {
                float error = TensorDifference.Of(gradient, twins[name].grad!);
                Assert.True(error < 1e-4, $"{name}: {error}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Controls))]
    public void A_control_gives_other_logits_than_the_published_network(string option, string value)
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim published = Make(), changed = Make((option, value));
        (Tensor pictures, _) = Batch();
        Assert.True(TensorDifference.Of(changed.forward(pictures), published.forward(pictures)) > 1e-4);
    }

    [Theory]
    [MemberData(nameof(Controls))]
    public void Whoever_looks_inside_sees_the_same_logits(string option, string value)
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Make((option, value));
        (Tensor pictures, _) = Batch();
        Tensor unseen = model.forward(pictures);
        using IDisposable looking = model.Taps.Watch((_, _) => { });
        Assert.True(TensorDifference.Of(model.forward(pictures), unseen) < 1e-5);
    }

    [Theory]
    [InlineData("ssm", "identity")]
    [InlineData("ssm", "no-memory")]
    [InlineData("ssm", "no-forgetting")]
    [InlineData("directions", "forward")]
    [InlineData("window", "3")]
    [InlineData("order", "fixed")]
    [InlineData("readout", "mean")]
    public void Published_weights_fit_a_control_that_needs_no_others(string option, string value)
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim published = Make(), changed = Make((option, value));
        Assert.Equal(published.named_parameters().Select(p => (p.name, string.Join('x', p.parameter.shape))),
            changed.named_parameters().Select(p => (p.name, string.Join('x', p.parameter.shape))));
    }

    [Fact]
    public void A_window_as_long_as_the_sequence_is_no_window()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim published = Make(), whole = Make(("window", "17"));
        (Tensor pictures, _) = Batch();
        Assert.Equal(Floats(published.forward(pictures)), Floats(whole.forward(pictures)));
    }

    [Fact]
    public void Without_a_memory_is_a_window_of_one_token()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim memoryless = Make(("ssm", "no-memory")), window = Make(("window", "1"));
        (Tensor pictures, _) = Batch();
        Assert.True(TensorDifference.Of(memoryless.forward(pictures), window.forward(pictures)) < 1e-5);
    }

    [Fact]
    public void Without_the_ssm_and_without_the_convolution_no_token_reaches_the_class_token()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim alone = Make(("ssm", "identity"), ("conv", "1"));
        (Tensor pictures, _) = Batch();
        Assert.True(TensorDifference.Of(alone.forward(pictures), alone.forward(pictures.flip(0))) == 0);
        using Vim mixing = Make(("ssm", "identity"));
        Assert.True(TensorDifference.Of(mixing.forward(pictures), mixing.forward(pictures.flip(0))) > 0);
    }

    [Fact]
    public void A_picture_has_its_own_order_in_whatever_batch_it_is()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim model = Make(("order", "per-picture"));
        (Tensor pictures, _) = Batch();
        Tensor together = model.forward(pictures), alone = model.forward(pictures.narrow(0, 2, 1));
        Assert.True(TensorDifference.Of(together.narrow(0, 2, 1), alone) < 1e-5);
    }

    private static Vim Make(params (string Name, string Value)[] options)
    {
        var given = new Dictionary<string, string> { ["embed_dim"] = "24", ["depth"] = "2", ["state_size"] = "6" };
        foreach ((string name, string value) in options) given[name] = value;
        ModelEntry entry = ModelCatalog.All.First(m => m.Name == "vim");
        return (Vim)ModelCatalog.Create(new Choice(entry, given), 5, Side, seed: 1);
    }

    private static (Tensor Pictures, Tensor Labels) Batch()
    {
        random.manual_seed(3);
        return (randn(4, 3, Side, Side), tensor(new long[] { 0, 1, 2, 4 }));
    }

    private static float[] Floats(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
