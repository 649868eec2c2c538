using System.Text.Json;
using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Tests.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>Compares the networks of learned attacks with the reference, their weights being the manifest's formula.</summary>
[Trait("Category", "Golden")]
public class LearnedGoldenTests
{
    private static readonly float[] CifarMean = [0.4914f, 0.4822f, 0.4465f], CifarStd = [0.247f, 0.243f, 0.261f];

    public static TheoryData<string> DynamicNetworks() => [.. GoldenFolder.Manifests(kind => kind is "dynamic_forward")];

    public static TheoryData<string> Losses() => [.. GoldenFolder.Manifests(kind => kind is "dynamic_losses")];

    public static TheoryData<string> IssbaNetworks() => [.. GoldenFolder.Manifests(kind => kind is "issba_forward")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(DynamicNetworks))]
    public void Generators_and_their_trigger_equal_the_toolbox(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        Assert.Equal("cifar10", parameters.GetProperty("dataset_constants").GetString());
        using var generators = new DynamicGenerators(CifarMean, CifarStd, seed: 1);
        Load(generators.Pattern, parameters.GetProperty("pattern_state"));
        Load(generators.Mask, parameters.GetProperty("mask_state"));
        generators.eval();
        Tensor x = Stored(golden, "x"), z = (x - Channels(CifarMean)) / Channels(CifarStd);

        AssertNear(golden, "pattern", generators.Pattern.forward(z));
        AssertNear(golden, "mask_raw", generators.Mask.forward(z));
        AssertNear(golden, "mask", generators.MaskOf(z));
        AssertNear(golden, "bd_normalised", generators.Compose(z, z));
        Dynamic attack = ((Dynamic)SampleAttacks.Make("dynamic")).WithGenerators(generators, [], mismatched: null);
        PictureBatch.Of(golden, "x").AssertNear(golden, "bd", (i, pixels) => attack.ApplyTest(i, pixels, (int)x.shape[2]));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Losses))]
    public void Losses_of_the_generators_equal_the_formulas(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement expected = golden.Manifest.GetProperty("parameters").GetProperty("expected");
        double tolerance = golden.Manifest.GetProperty("parameters").GetProperty("relative_tolerance").GetDouble();
        Tensor x1 = Stored(golden, "x1"), x2 = Stored(golden, "x2"), mask1 = Stored(golden, "mask1"),
            mask2 = Stored(golden, "mask2");
        foreach ((string name, Tensor loss) in new[]
        {
            ("mask_norm", DynamicLosses.Excess(mask1)),
            ("mask_div", DynamicLosses.Diversity(mask1, mask2, x1, x2)),
            ("mask_total", DynamicLosses.Mask(mask1, mask2, x1, x2)),
            ("pattern_div", DynamicLosses.Diversity(Stored(golden, "pattern1"), Stored(golden, "pattern2"), x1, x2)),
        })
        {
            double stored = expected.GetProperty(name).GetDouble();
            Assert.Equal(stored, loss.item<float>(), tolerance * Math.Abs(stored));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(IssbaNetworks))]
    public void The_encoder_s_residual_its_picture_and_the_decoder_s_logits_equal_the_toolbox(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        Tensor x = Stored(golden, "x"), secret = Stored(golden, "secret").unsqueeze(0);
        using var networks = new IssbaNetworks((int)x.shape[2], (int)secret.shape[1], seed: 1);
        Load(networks.Encoder, parameters.GetProperty("encoder_state"));
        Load(networks.Decoder, parameters.GetProperty("decoder_state"));
        networks.eval();
        (Tensor encoded, Tensor residual) = networks.Encode(secret.expand(x.shape[0], -1), x);

        AssertNear(golden, "residual", residual);
        AssertNear(golden, "encoded", encoded);
        AssertNear(golden, "decoder_logits", networks.Decoder.forward(encoded));
    }

    /// <summary>Every value of the network comes from the manifest, under the public code's names.</summary>
    private static void Load(nn.Module network, JsonElement entries)
    {
        Dictionary<string, Tensor> values =
            entries.EnumerateArray().ToDictionary(e => e.GetProperty("name").GetString()!, HashedValues.Of);
        Dictionary<string, Tensor> own = network.state_dict();
        Assert.Equal(own.Keys.Where(k => !k.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal), values.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor value) in values)
        {
            Assert.Equal(own[name].shape, value.shape);
            own[name].copy_(value);
        }
    }

    private static Tensor Stored(GoldenFile golden, string name) => tensor(golden.Floats(name), golden.Shape(name));

    private static Tensor Channels(float[] values) => tensor(values).view(1, 3, 1, 1);

    private static void AssertNear(GoldenFile golden, string name, Tensor found)
    {
        Assert.Equal(golden.Shape(name), found.shape);
        double tolerance = golden.Manifest.GetProperty("absolute_tolerance").GetDouble();
        double worst = found.data<float>()
            .Zip(golden.Floats(name), (a, b) => double.IsNaN(a) ? double.PositiveInfinity : Math.Abs((double)a - b)).Max();
        Assert.True(worst <= tolerance, $"{golden.Name}: {name} differs by {worst:g3}, allowed is {tolerance:g3}");
        TestContext.Current.SendDiagnosticMessage($"{golden.Name}: {name} differs by {worst:g3} (allowed {tolerance:g3})");
    }
}
