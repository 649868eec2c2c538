using FsCheck;
using FsCheck.Fluent;
using Postern.Imaging;
using Postern.Kernels;
using Postern.Tests.Imaging;
using Postern.Training.Input.Stages;

namespace Postern.Tests.Training.Input.Stages;

public class ResizedCropTests
{
    [Fact]
    public void Boxes_lie_inside_and_have_the_areas_and_aspects_of_the_recipe()
    {
        RandomStream stream = RandomStream.For(1, "test");
        double areas = 0, logAspects = 0;
        const int Draws = 20_000;
        for (int i = 0; i < Draws; i++)
        {
            PixelBox box = ResizedCrop.Draw(256, ref stream);
            Assert.True(box.Top >= 0 && box.Left >= 0 && box.Top + box.Height <= 256 && box.Left + box.Width <= 256);
            double area = box.Height * box.Width / (256.0 * 256), aspect = (double)box.Width / box.Height;
            Assert.InRange(area, 0.079, 1);
            Assert.InRange(aspect, 0.745, 1.342);
            areas += area;
            logAspects += Math.Log(aspect);
        }
        // Uniform in 0.08 to 1, but boxes whose longer side does not fit are drawn again: with t = |log aspect|, the mean is
        // the integral of (exp(-2t) - 0.08^2) / 2 over that of exp(-t) - 0.08, t from 0 to log(4/3).
        Assert.InRange(areas / Draws, 0.4778 - 0.005, 0.4778 + 0.005);
        Assert.InRange(logAspects / Draws, -0.01, 0.01);
    }

    [Fact]
    public void A_flip_mirrors_half_of_the_pictures()
    {
        // A ramp from left to right stays one in any crop, so its direction tells.
        float[] ramp = [.. Enumerable.Range(0, 3 * 40 * 40).Select(i => i % 40 / 39f)];
        int falling = 0;
        for (int i = 0; i < 1000; i++)
        {
            float[] target = Run(ramp, 40, 16, i, Interpolation.Bilinear);
            if (target[0] > target[15]) falling++;
        }
        Assert.InRange(falling, 440, 560);
    }

    [Fact]
    public void Several_kernels_are_drawn_between()
    {
        float[] noise = Array.ConvertAll(ImageFileTests.Noise(40, 40, seed: 1).Pixels, v => v / 255f);
        int linear = 0, cubic = 0;
        for (int i = 0; i < 200; i++)
        {
            float[] random = Run(noise, 40, 16, i, Interpolation.Bilinear, Interpolation.Bicubic);
            if (random.SequenceEqual(Run(noise, 40, 16, i, Interpolation.Bilinear))) linear++;
            if (random.SequenceEqual(Run(noise, 40, 16, i, Interpolation.Bicubic))) cubic++;
        }
        Assert.Equal(200, linear + cubic);
        Assert.InRange(linear, 70, 130);
    }

    [Fact]
    public void Values_stay_in_range_although_the_cubic_overshoots()
    {
        Gen<(int Seed, int Size, int Target)> cases =
            from seed in Gen.Choose(0, 100_000)
            from size in Gen.Choose(2, 40)
            from target in Gen.Choose(1, 40)
            select (seed, size, target);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            // Black and white only: the largest overshoot.
            float[] source = Array.ConvertAll(ImageFileTests.Noise(c.Size, c.Size, c.Seed).Pixels, v => v < 128 ? 0f : 1f);
            return Run(source, c.Size, c.Target, c.Seed, Interpolation.Bicubic).All(v => v is >= 0 and <= 1);
        }).Check(Config.QuickThrowOnFailure);
    }

    private static float[] Run(float[] source, int size, int targetSize, long key, params Interpolation[] kernels)
    {
        float[] target = new float[3 * targetSize * targetSize];
        RandomStream stream = RandomStream.For(3, "test", key);
        new ResizedCrop(kernels).Apply(source, size, target, targetSize, ref stream, new StageScratch());
        return target;
    }
}
