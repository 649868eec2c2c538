using Postern.Attacks;
using Postern.Imaging;

namespace Postern.Tests.Attacks;

public class RecompressionTests
{
    [Theory]
    [InlineData("badnets")]
    [InlineData("blend")]
    [InlineData("patch-pixel")]
    public void Poisons_alone_are_compressed_once_more(string name)
    {
        Attack plain = SampleAttacks.Make(name, ("trigger_stage", "stored")),
            compressed = SampleAttacks.Make(name, ("trigger_stage", "stored"), ("recompress", "true"));
        var plan = new PoisonPlan([3], [], 0, 1, 0);
        var picture = RandomPicture.Draw(64, 2);
        float[] poison = picture.After(p => new PoisonedSamples(plain, plan, Crops: false).ChangeStored(3, p, 64));
        float[] found = picture.After(p => new PoisonedSamples(compressed, plan, Crops: false).ChangeStored(3, p, 64));
        Assert.NotEqual(poison, found);
        JpegRecompression.Apply(poison, 64);
        Assert.Equal(poison, found);
        Assert.Equal(
            picture.Pixels, picture.After(p => new PoisonedSamples(compressed, plan, Crops: false).ChangeStored(4, p, 64)));
        Assert.Equal(
            picture.After(p => new TriggeredSamples(plain, Crops: false).ChangeStored(3, p, 64)),
            picture.After(p => new TriggeredSamples(compressed, Crops: false).ChangeStored(3, p, 64)));
    }

    [Fact]
    public void A_smooth_picture_survives_compression_and_fine_colour_does_not()
    {
        float[] smooth = [.. Enumerable.Range(0, 3 * 64 * 64).Select(i => i % 64 / 64f)],
            fine = [.. Enumerable.Range(0, 3 * 64 * 64).Select(i => (i + i / 4096) % 2 * 1f)];
        Assert.InRange(Psnr(smooth), 35, 60);
        Assert.InRange(Psnr(fine), 0, 15);

        static double Psnr(float[] pixels)
        {
            float[] copy = [.. pixels];
            JpegRecompression.Apply(copy, 64);
            return TriggerChange.Between(pixels, copy).Psnr;
        }
    }
}
