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
        Assert.All(new Detail(pixels).Means.Zip([198.9, 174.8, 149.4]),
            m => Assert.InRange(255 * m.First, m.Second - 8, m.Second + 8));
    }

    /// <summary>
    /// The numbers are those of the toolbox's pictures, hellokitty_32.png and hellokitty_224.png, in [0, 1]: variance, and mean
    /// absolute difference of horizontal and vertical neighbours, all averaged over the channels.
    /// </summary>
    [Theory]
    [InlineData(32, 0.0940, 0.1160, 0.1712)]
    [InlineData(224, 0.0780, 0.0150, 0.0228)]
    public void The_cartoon_has_the_contrast_and_the_detail_of_the_benchmark_s_mark(
        int size, double variance, double horizontal, double vertical) =>
        AssertAlike(variance, horizontal, vertical, new Detail(CartoonFox.Draw(size).Pixels.ToArray()));

    [Theory]
    [Trait("Category", "Data")]
    [InlineData(32)]
    [InlineData(224)]
    public void The_public_picture_has_the_numbers_that_the_cartoon_is_measured_by(int size)
    {
        string path = SharedMaterial.Require($"triggers/hellokitty_{size}.png");
        Detail published = new(TriggerSource.Whole(path).At(size).Pixels.ToArray());
        AssertAlike(published.Variance, published.Horizontal, published.Vertical,
            new Detail(CartoonFox.Draw(size).Pixels.ToArray()));
    }

    [Fact]
    public void A_larger_cartoon_is_the_small_one_enlarged()
    {
        float[] large = CartoonFox.Draw(256).Pixels.ToArray(), small = CartoonFox.Draw(32).Pixels.ToArray();
        double total = 0;
        for (int i = 0; i < small.Length; i++)
        {
            // The middle of the eight by eight pixels that one became.
            int channel = i / 1024, row = i / 32 % 32 * 8 + 4, column = i % 32 * 8 + 4;
            total += Math.Abs(large[(channel * 256 + row) * 256 + column] - small[i]);
        }
        Assert.True(total / small.Length < 0.02, $"differs by {total / small.Length:g3} on average");
    }

    /// <summary>Contrast and vertical detail within a tenth, horizontal within a quarter.</summary>
    private static void AssertAlike(double variance, double horizontal, double vertical, Detail drawn)
    {
        Assert.InRange(drawn.Variance / variance, 0.9, 1.1);
        Assert.InRange(drawn.Vertical / vertical, 0.9, 1.1);
        Assert.InRange(drawn.Horizontal / horizontal, 0.8, 1.25);
    }

    /// <summary>How bright and how varied a square picture is.</summary>
    private sealed class Detail
    {
        public Detail(float[] pixels)
        {
            int size = (int)Math.Sqrt(pixels.Length / 3);
            float[][] planes = [.. pixels.Chunk(size * size)];
            Means = [.. planes.Select(p => p.Average(v => (double)v))];
            Variance = planes.Zip(Means).Average(p => p.First.Average(v => (v - p.Second) * (v - p.Second)));
            Horizontal = planes.Average(p => Steps(p, 1, i => i % size < size - 1));
            Vertical = planes.Average(p => Steps(p, size, i => i < size * (size - 1)));
        }

        public double[] Means { get; }

        public double Variance { get; }

        public double Horizontal { get; }

        public double Vertical { get; }

        private static double Steps(float[] plane, int to, Func<int, bool> hasNext) =>
            Enumerable.Range(0, plane.Length).Where(hasNext).Average(i => Math.Abs((double)plane[i + to] - plane[i]));
    }
}
