using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public class ModelCatalogTests
{
    public static TheoryData<string> Names() => [.. ModelCatalog.All.Select(m => m.Name)];

    private static ModelEntry Find(string name) => ModelCatalog.All.Single(m => m.Name == name);

    private static Backbone Create(string name, int classes, int side) =>
        ModelCatalog.Create(new Choice(Find(name)), classes, side, seed: 3);

    [Theory]
    [MemberData(nameof(Names))]
    [LongGroup("Long")]
    public void Every_model_is_recognised_by_the_shapes_of_its_weights(string name)
    {
        ModelEntry entry = Find(name);
        using Backbone model = Create(name, classes: 7, entry.InputSide);
        (Choice Model, int Classes, int ImageSize)? found =
            ModelCatalog.Recognise(new WeightShapes(model.state_dict().ToDictionary(e => e.Key, e => e.Value.shape)));
        Assert.NotNull(found);
        // MambaOut's stem has the same weights at every stride.
        Assert.Equal(name, found.Value.Model.Name);
        Assert.Equal((7, entry.InputSide), (found.Value.Classes, found.Value.ImageSize));
        Assert.Equal(new Choice(entry).Canonical, found.Value.Model.Canonical);
    }

    // The large sizes are looked at by the goldens.
    [Theory]
    [InlineData("resnet-mini")]
    [InlineData("deit-mini")]
    [InlineData("vim-mini")]
    [InlineData("mambaout-mini")]
    public void Every_family_learns_from_one_batch_and_its_drop_path_repeats_itself(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelEntry entry = Find(name);
        string[] given = entry.Options.Any(o => o.Name == "drop_path") ? ["drop_path"] : [];
        using Backbone model = ModelCatalog.Create(new Choice(entry, given.ToDictionary(o => o, _ => "0.5")), classes: 4,
            imageSize: 32, seed: 3);
        Tensor pictures = randn(8, 3, 32, 32), labels = arange(8) % 4;
        double first = Loss(0), again = Loss(0), other = given.Length > 0 ? Loss(1) : double.NaN;
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        nn.functional.cross_entropy(model.forward(pictures), labels).backward();
        Assert.All(model.named_parameters(), p => Assert.True(p.parameter.grad?.abs().sum().item<float>() > 0, p.name));

        double Loss(long step)
        {
            model.train();
            model.StepKey = (5, step);
            using (no_grad()) return nn.functional.cross_entropy(model.forward(pictures), labels).item<float>();
        }
    }

    // From scratch and from a checkpoint: docs/reference/models.md 2.7, 3, 4 and 7.1.
    [Theory]
    [InlineData("vim-cifar", "0", "0")]
    [InlineData("vim-tiny", "0", "0")]
    [InlineData("vim-tiny-stride8", "0", "0")]
    [InlineData("vim-small", "0.05", "0")]
    [InlineData("vim-small-stride8", "0.05", "0")]
    [InlineData("deit-tiny", "0.1", "0.1")]
    [InlineData("mambaout-femto", "0.025", "0.025")]
    [InlineData("mambaout-tiny", "0.2", "0.2")]
    public void Stochastic_depth_is_that_of_the_official_scripts(string name, string scratch, string fineTuned)
    {
        Assert.Equal((scratch, fineTuned), (RateWith(), RateWith(("checkpoint", "weights.pth"))));
        Assert.Equal("0.3", RateWith(("checkpoint", "weights.pth"), ("drop_path", "0.3")));

        string RateWith(params (string Option, string Value)[] set) =>
            new Choice(Find(name), set.ToDictionary(s => s.Option, s => s.Value)).Values["drop_path"];
    }

    [Theory]
    [InlineData("vim-tiny", 224, 1000, 7_148_008, 1.409e9)]
    [InlineData("vim-small", 224, 1000, 25_796_584, 5.084e9)]
    [InlineData("vim-cifar", 32, 10, 5_822_986, 0.387e9)]
    [InlineData("vim-cifar", 32, 43, 5_831_467, 0.387e9)]
    [InlineData("mambaout-femto", 224, 1000, 7_304_536, 1.2e9)]
    [InlineData("mambaout-femto", 32, 10, 6_163_066, null)]
    [InlineData("mambaout-tiny", 224, 1000, 26_545_096, 4.470e9)]
    [InlineData("mambaout-tiny", 32, 10, 24_263_146, 0.0925e9)]
    [InlineData("deit-tiny", 224, 1000, 5_717_416, 1.254e9)]
    [InlineData("deit-cifar", 32, 10, 5_362_762, 0.365e9)]
    [InlineData("resnet18", 224, 1000, 11_689_512, 1.814e9)]
    [InlineData("resnet18", 32, 43, 11_190_891, 0.555e9)]
    public void Parameters_and_multiply_adds_are_the_published_ones(
        string name, int side, int classes, long parameters, double? multiplyAdds)
    {
        using Backbone model = Create(name, classes, side);
        Assert.Equal(parameters, model.ParameterCount);
        if (multiplyAdds is double published)
            Assert.Equal(1, model.MultiplyAdds(side) / published, tolerance: published == 1.2e9 ? 0.05 : 0.002);
    }

    [Fact]
    public void DeiT_of_width_256_with_4_heads_has_the_size_of_the_papers_other_reading()
    {
        using Backbone model = ModelCatalog.Create(
            new Choice(Find("deit-cifar"), new Dictionary<string, string> { ["embed_dim"] = "256", ["heads"] = "4" }),
            classes: 10, imageSize: 32, seed: 0);
        Assert.Equal(9_509_642, model.ParameterCount);
        Assert.Equal(1, model.MultiplyAdds(32) / 0.640e9, 0.002);
    }

    [Theory]
    [InlineData("1", 32)]
    [InlineData("2", 16)]
    [InlineData("4", 8)]
    public void The_stems_stride_decides_how_much_of_a_small_picture_is_left(string stride, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = ModelCatalog.Create(
            new Choice(Find("mambaout-mini"), new Dictionary<string, string> { ["stem_stride"] = stride }), classes: 10,
            imageSize: 32, seed: 0);
        long[] shape = [];
        using IDisposable tap = model.Taps.Watch((_, value) => shape = value.shape, name => name == "downsample_layers.0");
        model.forward(zeros(1, 3, 32, 32));
        Assert.Equal([1, side, side, 16], shape);
    }

    [Fact]
    public void Options_that_do_not_fit_together_are_refused_with_a_reason()
    {
        Assert.Contains("does not divide embed_dim", Refused("deit", ("heads", "3")), StringComparison.Ordinal);
        Assert.Contains("does not divide the 32-pixel input", Refused("deit", ("patch_size", "5")), StringComparison.Ordinal);
        Assert.Contains("larger than the 32-pixel input", Refused("vim", ("patch_size", "64")), StringComparison.Ordinal);

        static string Refused(string name,
            (string Key, string Value) option) => Assert.Throws<InputException>(() => ModelCatalog.Create(
            new Choice(Find(name), new Dictionary<string, string> { [option.Key] = option.Value }), 10, 32, 0)).Message;
    }
}
