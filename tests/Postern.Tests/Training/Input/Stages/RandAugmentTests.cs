using FsCheck;
using FsCheck.Fluent;
using Postern.Imaging;
using Postern.Kernels;
using Postern.Tests.Imaging;
using Postern.Training.Input.Stages;

namespace Postern.Tests.Training.Input.Stages;

public class RandAugmentTests
{
    private const int Size = 20;
    private static readonly byte[] Fill = [124, 116, 104];
    private static readonly RgbImage Noise = ImageFileTests.Noise(Size, Size, seed: 4);

    private static RandAugment Official(params Interpolation[] kernels) =>
        new(9, 2, kernels.Length > 0 ? kernels : [Interpolation.Bicubic], Fill);

    [Theory]
    [InlineData(AugmentOperation.Rotate)]
    [InlineData(AugmentOperation.Solarize)]
    [InlineData(AugmentOperation.SolarizeAdd)]
    [InlineData(AugmentOperation.Color)]
    [InlineData(AugmentOperation.Contrast)]
    [InlineData(AugmentOperation.Brightness)]
    [InlineData(AugmentOperation.Sharpness)]
    [InlineData(AugmentOperation.ShearX)]
    [InlineData(AugmentOperation.ShearY)]
    [InlineData(AugmentOperation.TranslateX)]
    [InlineData(AugmentOperation.TranslateY)]
    public void Level_0_changes_nothing(AugmentOperation operation)
    {
        foreach (Interpolation kernel in new[] { Interpolation.Bilinear, Interpolation.Bicubic })
            Assert.Equal(Noise.Pixels, Perform(operation, 0, 1, kernel));
    }

    [Fact]
    public void Level_9_is_as_strong_as_the_official_recipe()
    {
        Same(AugmentOperation.Posterize, 1, image => ToneCurves.Posterize(image, 1));
        Same(AugmentOperation.Solarize, 1, image => ToneCurves.Solarize(image, 26));
        Same(AugmentOperation.SolarizeAdd, 1, image => ToneCurves.SolarizeAdd(image, 99));
        Same(AugmentOperation.Color, 1, image => Enhancement.Color(image, 1.81f));
        Same(AugmentOperation.Contrast, -1, image => Enhancement.Contrast(image, 0.19f));
        Same(AugmentOperation.Brightness, 1, image => Enhancement.Brightness(image, 1.81f));
        Same(AugmentOperation.Sharpness, -1, image => Enhancement.Sharpness(image, 0.19f, new byte[image.Pixels.Length]));
        Assert.Equal(Transformed(AffineTransform.Rotate(27, Size, Size)), Perform(AugmentOperation.Rotate, 9, 1));
        Assert.Equal(Transformed(AffineTransform.ShearX(-0.27)), Perform(AugmentOperation.ShearX, 9, -1));
        Assert.Equal(Transformed(AffineTransform.ShearY(0.27)), Perform(AugmentOperation.ShearY, 9, 1));
        Assert.Equal(Transformed(AffineTransform.Translate(8.1, 0)), Perform(AugmentOperation.TranslateX, 9, 1));
        Assert.Equal(Transformed(AffineTransform.Translate(0, -8.1)), Perform(AugmentOperation.TranslateY, 9, -1));
    }

    [Fact]
    public void The_darkest_posterisation_and_solarisation_are_black_and_inverted()
    {
        Assert.All(Perform(AugmentOperation.Posterize, 10, 1), value => Assert.Equal(0, value));
        Assert.Equal(Perform(AugmentOperation.Invert, 3, 1), Perform(AugmentOperation.Solarize, 10, 1));
    }

    [Fact]
    public void A_quarter_of_the_pictures_keep_their_values_to_the_bit()
    {
        float[] source = [.. Enumerable.Range(0, 3 * 64).Select(i => 0.3 + 0.001 * i).Select(v => (float)v)];
        int kept = 0;
        for (int i = 0; i < 4000; i++) if (Run(Official(), source, 8, i).AsSpan().SequenceEqual(source)) kept++;
        // Two draws that each fall through with probability one half.
        Assert.InRange(kept, 900, 1100);
    }

    [Fact]
    public void Every_operation_comes_up()
    {
        // Each operation turns the picture into something that no other one gives at this level.
        var found = new HashSet<string>();
        var one = new RandAugment(5, 1, [Interpolation.Bicubic], Fill);
        float[] source = Array.ConvertAll(Noise.Pixels, v => v / 255f);
        foreach (int i in Enumerable.Range(0, 600))
        {
            byte[] result = Array.ConvertAll(Run(one, source, Size, i), v => (byte)MathF.Round(255 * v));
            foreach (AugmentOperation flat in new[] { AugmentOperation.AutoContrast, AugmentOperation.Equalize,
                AugmentOperation.Invert })
                if (result.AsSpan().SequenceEqual(Perform(flat, 5, 1))) found.Add($"{flat}");
            found.Add(Convert.ToHexString(result.AsSpan(0, 60)));
        }
        Assert.Superset(new HashSet<string> { "AutoContrast", "Equalize", "Invert" }, found);
        // Levels are drawn, so the twelve others give many different pictures.
        Assert.True(found.Count > 150, $"{found.Count} different results");
    }

    [Fact]
    public void What_comes_in_from_outside_is_the_mean_colour()
    {
        Assert.Equal([124, 116, 104], RandAugment.FillOf([.485f, .456f, .406f]));
        byte[] moved = Perform(AugmentOperation.TranslateX, 9, 1);
        for (int channel = 0; channel < 3; channel++) Assert.Equal(Fill[channel], moved[channel * Size * Size + Size - 1]);
    }

    [Fact]
    public void Several_kernels_are_drawn_between()
    {
        float[] source = Array.ConvertAll(Noise.Pixels, v => v / 255f);
        float[] random = Run(Official(Interpolation.Bilinear, Interpolation.Bicubic), source, Size, 0);
        int linear = 0, cubic = 0;
        for (int i = 0; i < 200; i++)
        {
            random = Run(Official(Interpolation.Bilinear, Interpolation.Bicubic) with { Operations = 1 }, source, Size, i);
            float[] a = Run(Official(Interpolation.Bilinear) with { Operations = 1 }, source, Size, i);
            float[] b = Run(Official(Interpolation.Bicubic) with { Operations = 1 }, source, Size, i);
            if (a.AsSpan().SequenceEqual(b)) continue;
            if (random.AsSpan().SequenceEqual(a)) linear++;
            if (random.AsSpan().SequenceEqual(b)) cubic++;
        }
        Assert.True(linear > 5 && cubic > 5, $"{linear} bilinear, {cubic} bicubic");
    }

    [Fact]
    public void Values_stay_in_range_and_the_stream_decides_everything()
    {
        Gen<(int Seed, int Size, int Magnitude)> cases =
            from seed in Gen.Choose(0, 100_000)
            from size in Gen.Choose(1, 24)
            from magnitude in Gen.Choose(1, 10)
            select (seed, size, magnitude);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            float[] source = Array.ConvertAll(ImageFileTests.Noise(c.Size, c.Size, c.Seed).Pixels, v => v / 255f);
            RandAugment augment = Official() with { Magnitude = c.Magnitude, Operations = 4 };
            float[] first = Run(augment, source, c.Size, c.Seed), again = Run(augment, source, c.Size, c.Seed);
            return first.All(v => v is >= 0 and <= 1) && first.SequenceEqual(again);
        }).Check(Config.QuickThrowOnFailure);
    }

    private static float[] Run(RandAugment augment, float[] source, int size, long key)
    {
        float[] picture = [.. source];
        RandomStream stream = RandomStream.For(7, "test", key);
        augment.Apply(picture, size, ref stream, new StageScratch());
        return picture;
    }

    private static byte[] Perform(
        AugmentOperation operation, double level, double sign, Interpolation kernel = Interpolation.Bicubic)
    {
        var scratch = new StageScratch();
        scratch.Load(Array.ConvertAll(Noise.Pixels, v => v / 255f), Size);
        RandAugment.Perform(operation, level, sign, kernel, Fill, scratch);
        return scratch.Picture.Pixels;
    }

    private static void Same(AugmentOperation operation, double sign, Action<RgbImage> expected)
    {
        var image = new RgbImage(Size, Size, [.. Noise.Pixels]);
        expected(image);
        Assert.Equal(image.Pixels, Perform(operation, 9, sign));
    }

    private static byte[] Transformed(AffineTransform transform)
    {
        var target = new RgbImage(Size, Size);
        transform.Apply(Noise, target, Interpolation.Bicubic, Fill);
        return target.Pixels;
    }
}
