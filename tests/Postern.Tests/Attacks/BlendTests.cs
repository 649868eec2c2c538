using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Attacks;

public class BlendTests
{
    [Fact]
    public void No_value_moves_by_more_than_the_opacity()
    {
        Gen<(RandomPicture Picture, int Percent)> cases =
            from picture in RandomPicture.Of(7, 32, 45)
            from percent in Gen.Choose(0, 100)
            select (picture, percent);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            float opacity = c.Percent / 100f;
            var attack = new Blend(new PoisonBudget(1), new TriggerSource(CartoonFox.Draw), opacity) { TargetClass = 0 };
            float[] triggered = c.Picture.After(p => attack.ApplyTest(0, p, c.Picture.Size));
            return triggered.Zip(c.Picture.Pixels).All(p => Math.Abs(p.First - p.Second) <= opacity + 1e-6f);
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void It_is_the_weighted_mean_of_picture_and_cartoon()
    {
        var picture = RandomPicture.Draw(40, 2);
        ReadOnlySpan<float> fox = CartoonFox.Draw(40).Pixels;
        float[] triggered = picture.After(p => SampleAttacks.Make("blend", ("opacity", "0.3")).ApplyTest(0, p, 40));
        for (int i = 0; i < triggered.Length; i++) Assert.Equal(0.7 * picture.Pixels[i] + 0.3 * fox[i], triggered[i], 1e-6);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(224)]
    [InlineData(256)]
    public void The_cartoon_is_nowhere_black_and_about_as_bright_as_the_benchmark_s_mark(int size)
    {
        float[] pixels = CartoonFox.Draw(size).Pixels.ToArray();
        Assert.True(pixels.Min() > 0.1f);
        double[] mean = [.. pixels.Chunk(size * size).Select(plane => 255 * plane.Average(v => (double)v))];
        Assert.All(mean.Zip([198.9, 174.8, 149.4]), m => Assert.InRange(m.First, m.Second - 8, m.Second + 8));
        double contrast = Math.Sqrt(pixels.Average(v => (double)v * v) - Math.Pow(pixels.Average(v => (double)v), 2));
        Assert.True(contrast > 0.15, $"the drawing's values spread by {contrast:g3} only");
    }

    [Fact]
    public void The_cartoon_is_the_same_picture_at_every_size()
    {
        float[] large = CartoonFox.Draw(256).Pixels.ToArray(), small = CartoonFox.Draw(32).Pixels.ToArray();
        double total = 0;
        for (int i = 0; i < small.Length; i++)
        {
            int channel = i / 1024, row = i / 32 % 32, column = i % 32;
            double sum = 0;
            for (int y = 0; y < 8; y++)
                for (int x = 0; x < 8; x++) sum += large[(channel * 256 + row * 8 + y) * 256 + column * 8 + x];
            total += Math.Abs(sum / 64 - small[i]);
        }
        Assert.True(total / small.Length < 0.02, $"differs by {total / small.Length:g3} on average");
    }
}
