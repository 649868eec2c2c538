using Postern.Attacks.Learned;
using Postern.Kernels;
using Postern.Models;
using Postern.Training.Input.Stages;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Attacks.Learned;

public class LearnedNetworkTests
{
    [Fact]
    public void Networks_have_the_sizes_of_the_public_code_and_differ_by_seed_alone()
    {
        using var issba = new IssbaNetworks(32, 20, seed: 1);
        using var again = new IssbaNetworks(32, 20, seed: 1);
        using var other = new IssbaNetworks(32, 20, seed: 2);
        using var dynamic = new DynamicGenerators([0, 0, 0], [1, 1, 1], seed: 1);
        Assert.Equal(1_047_011, Count(issba.Encoder));
        Assert.Equal(756_538, Count(issba.Decoder));
        Assert.Equal(723_273, Count(dynamic.Pattern));
        Assert.Equal(722_691, Count(dynamic.Mask));
        Assert.Equal(Values(issba), Values(again));
        Assert.NotEqual(Values(issba), Values(other));

        static long Count(nn.Module network) => network.parameters().Sum(p => p.numel());
        static float[] Values(nn.Module network) => [.. network.parameters().SelectMany(p => p.data<float>().ToArray())];
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(224)]
    public void Encoder_decoder_and_generators_fit_any_side_that_they_can_halve(int size)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        var issba = new IssbaNetworks(size, 7, seed: 1);
        var dynamic = new DynamicGenerators([0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f], seed: 1);
        dynamic.eval();
        Tensor image = tensor(RandomPicture.Draw(size, 1).Pixels, [1, 3, size, size]);
        Tensor encoded = issba.Encode(ones(1, 7), image).Encoded;
        Assert.Equal(image.shape, encoded.shape);
        Assert.Equal([1, 7], issba.Decoder.forward(encoded).shape);
        Tensor planted = dynamic.Plant(image);
        Assert.Equal(image.shape, planted.shape);
        Assert.InRange(planted.min().item<float>(), 0f, 1f);
        Assert.InRange(planted.max().item<float>(), 0f, 1f);
        Assert.InRange(dynamic.MaskOf(image).min().item<float>(), 0f, 1f);
    }

    [Theory]
    [InlineData("encoder")]
    [InlineData("generators")]
    public void A_network_follows_a_move_to_another_type_and_back_and_is_trained_there(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        (nn.Module network, Func<Tensor, Tensor> forward) = Learned(name);
        network.eval();
        Tensor image = tensor(RandomPicture.Draw(32, 1).Pixels, [1, 3, 32, 32]);
        float[] before = [.. forward(image).data<float>()];
        string[] names = [.. network.state_dict().Keys];
        network.to(ScalarType.Float64);
        Tensor wide = forward(image.to(ScalarType.Float64));
        Assert.Equal(ScalarType.Float64, wide.dtype);
        Assert.All(wide.data<double>().ToArray().Zip(before), p => Assert.Equal(p.Second, p.First, 1e-3));
        network.to(ScalarType.Float32);
        Assert.Equal(before, forward(image).data<float>().ToArray());
        Assert.Equal(names, network.state_dict().Keys.ToArray());

        forward(image).square().sum().backward();
        Assert.All(network.parameters(), p => Assert.NotNull(p.grad));
    }

    private static (nn.Module Network, Func<Tensor, Tensor> Forward) Learned(string name)
    {
        if (name == "encoder")
        {
            var issba = new IssbaNetworks(32, 7, seed: 1);
            return (issba, x => issba.Decoder.forward(issba.Encode(ones(1, 7, dtype: x.dtype), x).Encoded));
        }
        var dynamic = new DynamicGenerators([0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f], seed: 1);
        return (dynamic, dynamic.Plant);
    }

    [Fact]
    public void The_feature_distance_is_zero_for_equal_pictures_grows_with_the_change_and_leaves_the_network_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        var network = new ResNet(new ResNetConfig([8, 16, 24, 32], ImageNetStem: false, 10));
        network.eval();
        var distance = new FeatureDistance(network, [0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f]);
        Tensor image = tensor(RandomPicture.Draw(32, 1).Pixels, [1, 3, 32, 32]),
            noise = tensor(RandomPicture.Draw(32, 2).Pixels, [1, 3, 32, 32]);
        Tensor small = (image + noise * 0.01).requires_grad_(true), large = image + noise * 0.3;
        Assert.Equal(0f, distance.forward(image, image).item<float>(), 1e-9f);
        Tensor near = distance.forward(image, small);
        Assert.InRange(near.item<float>(), 1e-9f, distance.forward(image, large).item<float>());
        near.backward();
        Assert.True(small.grad!.abs().sum().item<float>() > 0);
        Assert.True(small.grad!.isfinite().all().item<bool>());
        Assert.All(network.parameters(), p => Assert.Null(p.grad));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Augmentation_mirrors_only_where_left_and_right_may_be_exchanged(bool flips)
    {
        const int size = 32;
        float[] ramp = [.. Enumerable.Range(0, 3 * size * size).Select(i => (i % size + 1f) / size)],
            seen = new float[ramp.Length];
        var augmentation = new DynamicAugmentation(flips).Whole;
        int mirrored = 0;
        for (int i = 0; i < 40; i++)
        {
            RandomStream stream = RandomStream.For(1, "augment", i);
            augmentation.Geometry(ramp, size, seen, size, ref stream, new StageScratch());
            Assert.All(seen, v => Assert.InRange(v, 0f, 1f));
            if (seen[size * size / 2 + 10] > seen[size * size / 2 + 20]) mirrored++;
        }
        if (flips) Assert.InRange(mirrored, 8, 32);
        else Assert.Equal(0, mirrored);
    }
}
