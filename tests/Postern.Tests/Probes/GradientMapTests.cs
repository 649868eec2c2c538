using Postern.Models;
using Postern.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public class GradientMapTests
{
    private static readonly GradientMapProbe Probe = new();

    [Fact]
    public void A_fold_keeps_what_recurs_and_explains_all_of_a_pattern_and_little_of_noise()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pattern = zeros(2, 2);
        pattern[0, 1] = 3;
        Tensor tiled = pattern.repeat(4, 4), noise = randn(64, 64, generator: new Generator(1));
        Assert.True(PatchFold.Of(tiled.unsqueeze(0), 2)[0].Equals(pattern));
        Assert.Equal(1, PatchFold.Share(tiled, 2), 6);
        Assert.InRange(PatchFold.Share(noise, 8), 0, 3 * PatchFold.ShareByChance(64, 8));
        Assert.Equal(63 / 4095.0, PatchFold.ShareByChance(64, 8), 12);
        // Pixels beyond the last whole patch do not count.
        Assert.Equal([1, 3, 3], PatchFold.Of(ones(1, 8, 8), 3).shape);
    }

    [Theory]
    [InlineData("vim")]
    [InlineData("deit")]
    [InlineData("mambaout")]
    [InlineData("resnet-mini")]
    public void A_gradient_is_the_slope_of_the_loss_of_each_picture(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = Models.BlockTapTests.Make(family);
        model.eval();
        Tensor pictures = rand(3, 3, 8, 8, generator: new Generator(2)), moved = pictures.clone();
        Tensor gradient = InputGradients.OfLoss(model, pictures, 2), way = gradient / gradient.norm();
        const double Step = 0.05;
        double slope = (Loss(pictures + way * Step) - Loss(pictures - way * Step)) / (2 * Step);
        Assert.Equal(gradient.norm().ToDouble(), slope, gradient.norm().ToDouble() * 0.05);

        double Loss(Tensor x)
        {
            using var noGrad = no_grad();
            return nn.functional.cross_entropy(model.forward(x), full([3L], 2, dtype: ScalarType.Int64),
                reduction: nn.Reduction.Sum).ToDouble();
        }
    }

    [Theory]
    [InlineData("vim", 2)]
    [InlineData("deit", 2)]
    [InlineData("mambaout", 4)]
    [InlineData("resnet-mini", 4)]
    public void All_families_have_maps_of_the_picture_and_of_a_patch(string family, int patch)
    {
        using var stripes = new ProbedStripes(family);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Equal([patch, 8, 8], found.Maps.Select(m => m.Rows));
        Assert.All(found.Maps[2].Values, value => Assert.InRange(value, 0, 1));
        Assert.Equal(1, found.Maps[2].Values.Max());
        Assert.InRange(found["field-half"]!.Value, 1 / 64.0, 0.5);
        Assert.InRange(found["fold-share"]!.Value, 0, 1);
    }

    [Fact]
    public void A_network_whose_patches_are_read_at_one_pixel_is_sensitive_there_and_nowhere_else()
    {
        using var stripes = new ProbedStripes("deit");
        using (no_grad())
        {
            Tensor kernel = stripes.Model.named_parameters().Single(p => p.name == "patch_embed.proj.weight").parameter;
            Tensor one = kernel.narrow(2, 0, 1).narrow(3, 1, 1).clone();
            kernel.zero_();
            kernel.narrow(2, 0, 1).narrow(3, 1, 1).copy_(one);
        }
        IReadOnlyList<double> fold = stripes.Run(Probe, ProbedStripes.Corner).Maps[0].Values;
        Assert.Equal((0, 0, 0), (fold[0], fold[2], fold[3]));
        Assert.NotEqual(0, fold[1]);
    }

    [Fact]
    public void A_blind_network_has_no_field_and_a_network_without_a_backdoor_is_looked_at_all_the_same()
    {
        using var stripes = new ProbedStripes("vim");
        Assert.NotNull(stripes.Run(Probe, null)["fold-peak"]);
        stripes.Blind();
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.True(double.IsNaN(found["field-half"]!.Value));
        Assert.All(found.Maps[0].Values, value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_side_of_what_is_folded_can_be_chosen()
    {
        using var stripes = new ProbedStripes("vim");
        Assert.Equal(3, stripes.Run(Probe, ProbedStripes.Corner, ("fold", "3")).Maps[0].Columns);
    }
}
