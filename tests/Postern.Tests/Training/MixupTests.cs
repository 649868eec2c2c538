using FsCheck;
using FsCheck.Fluent;
using Postern.Imaging;
using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Tests.Training;

public class MixupTests
{
    [Fact]
    public void Without_alphas_nothing_is_mixed()
    {
        var mixup = Mixup.Draw(0, 0, 32, seed: 1, step: 2);
        using Tensor images = rand(4, 3, 8, 8);
        Assert.Equal((1.0, (PixelBox?)null), (mixup.Weight, mixup.Box));
        Assert.Same(images, mixup.Mix(images));
    }

    [Fact]
    public void With_both_alphas_half_of_the_steps_cut_and_the_others_mix()
    {
        Mixup[] steps = [.. Enumerable.Range(0, 4000).Select(step => Mixup.Draw(0.8, 1.0, 32, seed: 3, step))];
        Assert.InRange(steps.Count(m => m.Box is not null), 1880, 2120);
        // Beta(0.8, 0.8): mean 1/2, variance 1 / (4 * 2.6).
        double[] weights = [.. steps.Where(m => m.Box is null).Select(m => m.Weight)];
        Assert.InRange(weights.Average(), 0.48, 0.52);
        Assert.InRange(weights.Average(w => (w - 0.5) * (w - 0.5)), 0.09, 0.102);
        Assert.All(Enumerable.Range(0, 50), step => Assert.Null(Mixup.Draw(0.8, 0, 32, 3, step).Box));
        Assert.All(Enumerable.Range(0, 50), step => Assert.NotNull(Mixup.Draw(0, 1, 32, 3, step).Box));
    }

    [Fact]
    public void Boxes_lie_inside_and_the_weight_is_the_share_that_is_left()
    {
        Gen<(int Seed, int Size, int Step)> cases =
            from seed in Gen.Choose(0, 1000)
            from size in Gen.Choose(1, 224)
            from step in Gen.Choose(0,
                100_000)
            select (seed, size, step);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var mixup = Mixup.Draw(0, 1, c.Size, c.Seed, c.Step);
            PixelBox box = mixup.Box!.Value;
            return box.Top >= 0 && box.Left >= 0 && box.Height >= 0 && box.Width >= 0
                && box.Top + box.Height <= c.Size && box.Left + box.Width <= c.Size
                && mixup.Weight is >= 0 and <= 1
                && Math.Abs(mixup.Weight - (1 - (double)box.Height * box.Width / (c.Size * c.Size))) < 1e-12
                && mixup == Mixup.Draw(0, 1, c.Size, c.Seed, c.Step);
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void A_box_takes_the_partners_pixels_and_leaves_the_rest_and_the_batch_alone()
    {
        float[] values = [.. Enumerable.Range(0, 4 * 3 * 4 * 4).Select(i => (float)i)];
        using Tensor images = tensor(values, [4, 3, 4, 4]), mixed = new Mixup(1 - 2 / 16.0, new PixelBox(1, 2, 2, 1)).Mix(images);
        for (int b = 0; b < 4; b++)
            for (int c = 0; c < 3; c++)
                for (int y = 0; y < 4; y++)
                    for (int x = 0; x < 4; x++)
                    {
                        int from = y is 1 or 2 && x == 2 ? 3 - b : b;
                        Assert.Equal(images[from, c, y, x].item<float>(), mixed[b, c, y, x].item<float>());
                    }
        Assert.Equal(values, images.data<float>().ToArray());
    }

    [Fact]
    public void Mixing_adds_the_reversed_batch_by_the_weight()
    {
        using Tensor images = tensor(new float[] { 1, 10, 100, 1000 }, [4, 1, 1, 1]);
        using Tensor mixed = new Mixup(0.75, null).Mix(images);
        Assert.Equal([250.75f, 32.5f, 77.5f, 750.25f], mixed.data<float>().ToArray());
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1.0)]
    public void The_loss_is_the_soft_target_cross_entropy_of_smoothed_and_mixed_targets(double weight)
    {
        const int Classes = 5;
        const double Smoothing = 0.1, Off = Smoothing / Classes, On = 1 - Smoothing + Off;
        using Tensor logits = randn(6, Classes), labels = tensor(new long[] { 0, 1, 2, 3, 4, 0 });
        using Tensor oneHot = nn.functional.one_hot(labels, Classes) * (On - Off) + Off;
        using Tensor targets = oneHot * weight + oneHot.flip(0) * (1 - weight);
        using Tensor expected = -(targets * nn.functional.log_softmax(logits, 1)).sum(1).mean();
        using Tensor found = new Mixup(weight, null).Loss(logits, labels, Smoothing);
        Assert.Equal(expected.item<float>(), found.item<float>(), 1e-5f);
    }
}
