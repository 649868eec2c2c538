using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

public class WeightFitTests
{
    private static Vim SmallVim(int side, int classes, long seed)
    {
        var vim = new Vim(new VimConfig(side, 4, 4, EmbedDim: 16, Depth: 1, StateSize: 4, classes));
        vim.Initialise(seed);
        return vim;
    }

    [Fact]
    public void Another_number_of_classes_starts_the_head_anew_and_keeps_the_rest()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim from = SmallVim(16, 5, 1), to = SmallVim(16, 3, 2);
        using Tensor head = to.state_dict()["head.weight"].clone();
        WeightFit fit = WeightFit.Of(to, from.state_dict(), "some.pth");
        fit.Apply();
        Assert.True(fit.HeadReplaced);
        Assert.False(fit.PositionsResized);
        Assert.Equal(["the classifier 'head' starts anew with 3 classes (5 classes there)"], fit.Notes());
        Assert.True(to.state_dict()["head.weight"].Equals(head));
        Assert.All(from.state_dict().Where(e => !e.Key.StartsWith("head.", StringComparison.Ordinal)),
            e => Assert.True(e.Value.Equals(to.state_dict()[e.Key]), e.Key));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_class_token_keeps_its_position_at_another_grid_unless_the_official_way_is_asked_for(bool literal)
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim from = SmallVim(16, 5, 1), to = SmallVim(32, 5, 2);
        // A plane over the grid of patches, which interpolation keeps away from the border; the class token stands out.
        Tensor positions = zeros(1, 17, 16);
        for (int patch = 0; patch < 16; patch++)
        {
            using Tensor row = positions[0, patch < 8 ? patch : patch + 1];
            row.fill_(patch % 4 + 10 * (patch / 4));
        }
        positions[0, 8].fill_(1000);
        using (no_grad()) from.state_dict()["pos_embed"].copy_(positions);

        WeightFit.Of(to, from.state_dict(), "some.pth").Apply(literal);

        float[] resized = [.. to.state_dict()["pos_embed"][0].select(1, 0).data<float>()];
        Assert.Equal(65, resized.Length);
        if (literal)
        {
            Assert.Equal(0, resized[0]);
            Assert.True(resized.Count(v => v > 300) > 1, "the token is smeared over patches");
            return;
        }
        Assert.Equal(1000, resized[32]);
        float[] patches = [.. resized[..32], .. resized[33..]];
        Assert.All(patches, v => Assert.InRange(v, -2, 36));
        // Pixel (3, 3) of 8 x 8 lies at (1.25, 1.25) of 4 x 4; PyTorch's cubic (a = -0.75) bends a plane a little.
        Assert.Equal(1.25 + 12.5, patches[3 * 8 + 3], 0.6);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using Vim vim = SmallVim(16, 5, 1);
        Dictionary<string, Tensor> weights = vim.state_dict();
        weights.Remove("layers.0.mixer.D");
        Assert.Contains("it lacks 'layers.0.mixer.D'", Refused(), StringComparison.Ordinal);
        weights["layers.0.mixer.D"] = ones(7);
        Assert.Contains("layers.0.mixer.D is [7], the model has [32]", Refused(), StringComparison.Ordinal);
        weights["layers.0.mixer.D"] = ones(32) * float.NaN;
        Assert.Contains("not finite", Refused(), StringComparison.Ordinal);
        weights["layers.0.mixer.D"] = ones(32);
        weights["layers.1.extra"] = ones(1);
        Assert.Contains("it has 'layers.1.extra', which the model lacks", Refused(), StringComparison.Ordinal);

        string Refused() => Assert.Throws<InputException>(() => WeightFit.Of(vim, weights, "some.pth").Apply()).Message;
    }

    [Fact]
    public void A_ResNet_without_batch_counters_loads_and_counts_from_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        var config = new ResNetConfig([4, 4, 4, 4], ImageNetStem: true, Classes: 3);
        using ResNet from = new(config), to = new(config);
        from.Initialise(1);
        to.train();
        to.forward(randn(2, 3, 64, 64));
        WeightFit.Of(to, from.state_dict().Where(e => !e.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .ToDictionary(), "old.pth").Apply();
        Assert.All(from.state_dict(), e => Assert.True(e.Value.Equals(to.state_dict()[e.Key]), e.Key));
    }

    [Fact]
    public void Timms_later_names_of_MambaOut_are_understood()
    {
        using DisposeScope scope = NewDisposeScope();
        var config = new MambaOutConfig([1, 1, 1, 1], [4, 4, 4, 4], 3);
        using MambaOut from = new(config), to = new(config);
        from.Initialise(1);
        to.Initialise(2);
        Dictionary<string, Tensor> renamed = from.state_dict().ToDictionary(e => Timm(e.Key), e => e.Value);
        Assert.Contains("stages.1.downsample.conv.weight", renamed.Keys);
        WeightFit.Of(to, ForeignNames.Official(renamed), "timm.safetensors").Apply();
        Assert.All(from.state_dict(), e => Assert.True(e.Value.Equals(to.state_dict()[e.Key]), e.Key));

        static string Timm(string key)
        {
            string[] parts = key.Split('.');
            return parts[0] switch
            {
                "downsample_layers" when parts[1] == "0" => string.Join('.', parts[2..].Prepend("stem")),
                "downsample_layers" => string.Join('.', new[] { "stages", parts[1], "downsample" }.Concat(parts[2..])),
                "stages" => string.Join('.', new[] { "stages", parts[1], "blocks" }.Concat(parts[2..])),
                "norm" => $"head.{key}",
                "head" when parts[1] == "fc2" => $"head.fc.{parts[2]}",
                "head" => $"head.pre_logits.{(parts[1] == "fc1" ? "fc" : "norm")}.{parts[2]}",
                _ => key,
            };
        }
    }
}
