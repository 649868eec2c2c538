using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public class InitialisationTests
{
    private static Vim SmallVim(long seed)
    {
        var vim = new Vim(new VimConfig(32, 4, 4, EmbedDim: 128, Depth: 4, StateSize: 16, Classes: 10));
        vim.Initialise(seed);
        return vim;
    }

    private static double[] Values(Tensor tensor) => [.. tensor.detach().to_type(ScalarType.Float64).data<double>()];

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    [Fact]
    public void Vims_parameters_are_drawn_as_the_official_code_draws_them()
    {
        using Vim vim = SmallVim(7);
        Dictionary<string, Tensor> state = vim.state_dict();
        Uniform("layers.1.mixer.in_proj.weight", 1 / Math.Sqrt(128));
        Uniform("layers.1.mixer.x_proj_b.weight", 1 / Math.Sqrt(256));
        Uniform("layers.1.mixer.conv1d.weight", 0.5);
        Uniform("layers.1.mixer.conv1d_b.bias", 0.5);
        Uniform("layers.1.mixer.dt_proj.weight", 1 / Math.Sqrt(8));
        Uniform("layers.1.mixer.dt_proj_b.weight", 1 / Math.Sqrt(8));
        Uniform("layers.1.mixer.out_proj.weight", 1 / Math.Sqrt(256) / Math.Sqrt(4));
        Normal("pos_embed", 0.02);
        Normal("head.weight", 0.02);
        Normal("patch_embed.proj.weight", 1.137 / Math.Sqrt(48));
        Constant("head.bias", 0);
        Constant("layers.1.mixer.dt_proj_b.bias", 0);
        Constant("layers.1.mixer.D_b", 1);
        Constant("norm_f.weight", 1);
        double[] bias = Values(state["layers.1.mixer.dt_proj.bias"]);
        Assert.All(bias, b => Assert.InRange(Math.Log(1 + Math.Exp(b)), 0.00099, 0.1001));
        Assert.True(Deviation(bias) > 1);
        Assert.Equal(Math.Log(16), Values(state["layers.0.mixer.A_b_log"])[^1], 1e-6);

        void Uniform(string name, double bound)
        {
            double[] values = Values(state[name]);
            Assert.InRange(values.Max(Math.Abs), 0.9 * bound, bound);
            Assert.InRange(Deviation(values), 0.9 * bound / Math.Sqrt(3), 1.1 * bound / Math.Sqrt(3));
        }

        void Normal(string name, double std) => Assert.InRange(Deviation(Values(state[name])), 0.93 * std, 1.07 * std);

        void Constant(string name, double value) => Assert.All(Values(state[name]), v => Assert.Equal(value, v));
    }

    [Theory]
    [InlineData(InitialSteps.Official, true, false)]
    [InlineData(InitialSteps.Short, true, true)]
    [InlineData(InitialSteps.Long, false, false)]
    public void Steps_begin_as_the_official_code_leaves_them_or_alike_in_both(InitialSteps steps, bool forward, bool backward)
    {
        using var vim = new Vim(new VimConfig(32, 4, 4, EmbedDim: 128, Depth: 4, StateSize: 16, Classes: 10)
        {
            Controls = new VimControls { Steps = steps },
        });
        using Vim official = SmallVim(7);
        vim.Initialise(7);
        (Dictionary<string, Tensor> state, Dictionary<string, Tensor> usual) = (vim.state_dict(), official.state_dict());
        AreShort("layers.1.mixer.dt_proj.bias", forward);
        AreShort("layers.1.mixer.dt_proj_b.bias", backward);
        // Nothing else is drawn otherwise.
        Assert.All(usual.Keys.Where(k => !k.Contains("dt_proj", StringComparison.Ordinal)),
            k => Assert.Equal(Values(usual[k]), Values(state[k])));

        void AreShort(string name, bool expected) => Assert.All(Values(state[name]).Select(b => Math.Log(1 + Math.Exp(b))),
            step => Assert.Equal(expected, step is > 0.00099 and < 0.1001));
    }

    [Fact]
    public void A_seed_fixes_every_parameter_and_another_one_changes_them()
    {
        using Vim a = SmallVim(1), b = SmallVim(1), c = SmallVim(2);
        Assert.Equal(Values(a.state_dict()["layers.2.mixer.x_proj.weight"]),
            Values(b.state_dict()["layers.2.mixer.x_proj.weight"]));
        Assert.NotEqual(Values(a.state_dict()["layers.2.mixer.x_proj.weight"]),
            Values(c.state_dict()["layers.2.mixer.x_proj.weight"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ResNets_convolutions_are_drawn_as_their_official_code_draws_them(bool imageNet)
    {
        using var net = new ResNet(new ResNetConfig([16, 32, 48, 64], imageNet, Classes: 10));
        double[] weights = Values(net.state_dict()["layer3.1.conv1.weight"]);
        double expected = imageNet ? Math.Sqrt(2.0 / (48 * 9)) : 1 / Math.Sqrt(48 * 9) / Math.Sqrt(3);
        Assert.InRange(Deviation(weights), 0.95 * expected, 1.05 * expected);
    }

    [Fact]
    public void DeiTs_parameters_are_drawn_as_the_official_code_draws_them()
    {
        using var deit = new DeiT(new DeiTConfig(32, 4, EmbedDim: 128, Depth: 2, Heads: 2, Classes: 10));
        deit.Initialise(7);
        foreach ((string name, Tensor value) in deit.state_dict())
        {
            double[] values = Values(value);
            if (name.StartsWith("patch_embed.", StringComparison.Ordinal))
            {
                // PyTorch's default, weight and bias alike: uniform within 1 / sqrt(48).
                Assert.InRange(values.Max(Math.Abs), 0.85 / Math.Sqrt(48), 1 / Math.Sqrt(48));
                Assert.InRange(Deviation(values), 0.8 / Math.Sqrt(3 * 48), 1.2 / Math.Sqrt(3 * 48));
            }
            else if (value.dim() > 1)
            {
                Assert.InRange(Deviation(values), 0.85 * 0.02, 1.15 * 0.02);
                Assert.InRange(values.Average(), -0.006, 0.006);
            }
            else
            {
                Assert
                    .All(values,
                        v =>
                            Assert.Equal(name.Contains("norm", StringComparison.Ordinal)
                                && name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0, v));
            }
        }
    }

    [Fact]
    public void MambaOuts_parameters_are_drawn_as_the_official_code_draws_them_depthwise_ones_too()
    {
        using var net = new MambaOut(new MambaOutConfig([1, 1, 1, 1], [16, 32, 48, 64], Classes: 10));
        net.Initialise(7);
        foreach ((string name, Tensor value) in net.state_dict())
        {
            double[] values = Values(value);
            if (value.dim() > 1) Assert.InRange(Deviation(values), 0.85 * 0.02, 1.15 * 0.02);
            else
                Assert
                    .All(values,
                        v =>
                            Assert.Equal(name.Contains("norm", StringComparison.Ordinal)
                                && name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0, v));
        }
    }
}
