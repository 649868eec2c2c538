using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public class TapsTests
{
    private static readonly VimConfig config = new(16, 4, 4, EmbedDim: 32, Depth: 2, StateSize: 8, Classes: 5);

    [Fact]
    public void Several_taps_see_what_they_ask_for_and_nothing_once_they_are_closed()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new Vim(config);
        Tensor pictures = randn(2, 3, 16, 16);
        List<string> all = [], some = [];
        IDisposable first = model.Taps.Watch((name, _) => all.Add(name));
        using (model.Taps.Watch((name, _) => some.Add(name), name => name.EndsWith(".xz", StringComparison.Ordinal)))
            model.forward(pictures);
        Assert.Equal(["layers.0.mixer.xz", "layers.1.mixer.xz"], some);
        Assert.Contains("features", all);
        int seen = all.Count;
        model.forward(pictures);
        Assert.Equal((2 * seen, 2), (all.Count, some.Count));
        first.Dispose();
        model.forward(pictures);
        Assert.Equal((2 * seen, false), (all.Count, model.Taps.Any));
    }

    [Fact]
    public void Looking_changes_nothing_but_rounding()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new Vim(config);
        Tensor pictures = randn(2, 3, 16, 16), logits = model.forward(pictures);
        using IDisposable tap = model.Taps.Watch((_, _) => { });
        Assert.True(((model.forward(pictures) - logits).norm() / logits.norm()).item<float>() < 1e-5);
    }

    [Theory]
    [InlineData("patch_embed")]
    [InlineData("layers.0.mixer.xz")]
    [InlineData("layers.0.mixer.fwd.conv")]
    [InlineData("layers.1.mixer.bwd.x_proj")]
    [InlineData("layers.1.mixer.bwd.dt")]
    [InlineData("layers.1.mixer.fwd.y_gated")]
    [InlineData("layers.0.hidden")]
    [InlineData("layers.1.residual")]
    [InlineData("features")]
    public void A_value_put_back_unchanged_changes_nothing_and_another_one_changes_the_logits(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new Vim(config);
        Tensor pictures = randn(2, 3, 16, 16), logits;
        using (model.Taps.Watch((_, _) => { })) logits = model.forward(pictures);
        using (model.Taps.Replace(n => n == name, (_, value) => value.clone()))
            Assert.True(model.forward(pictures).Equals(logits));
        using (model.Taps.Replace(n => n == name, (_, value) => value + 0.5))
            Assert.False(model.forward(pictures).Equals(logits));
    }

    [Fact]
    public void A_replacement_of_another_shape_is_refused_by_name()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new Vim(config);
        using IDisposable tap = model.Taps.Replace(name => name == "features", (_, value) => value.narrow(1, 0, 3));
        Assert.Contains("features is [2, 32], its replacement [2, 3]",
            Assert.Throws<ArgumentException>(() => model.forward(randn(2, 3, 16, 16))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scan_shows_its_steps_and_states_and_they_make_its_output()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new Vim(config);
        var scans = new Dictionary<string, ScanReading>();
        var outputs = new Dictionary<string, Tensor>();
        using IDisposable readings = model.Taps.WatchScans((name, scan) => scans[name] = scan);
        using IDisposable values =
            model.Taps.Watch((name, value) => outputs[name] = value, name => name.EndsWith("y_gated", StringComparison.Ordinal));
        model.forward(randn(2, 3, 16, 16));
        Assert.Equal(4, scans.Count);
        foreach ((string name, ScanReading scan) in scans)
        {
            Assert.Equal([2, 17, 64], scan.Delta.shape);
            Assert.True((scan.Delta > 0).all().item<bool>());
            // y = sum_n C h + D u, gated; D is 1 at first. Taps show the order of the scan, channels first.
            Tensor y = ((scan.States() * scan.C.unsqueeze(2)).sum(-1) + scan.U) * nn.functional.silu(scan.Gate);
            Tensor shown = outputs[name.Replace(".scan", ".y_gated", StringComparison.Ordinal)].transpose(1, 2);
            Assert.True(((scan.Reverse ? shown.flip(1) : shown) - y).abs().max().item<float>() < 1e-5);
        }
    }
}
