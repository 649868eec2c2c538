using FsCheck;
using FsCheck.Fluent;
using Postern.Imaging;

namespace Postern.Tests.Imaging;

public class PictureOperationTests
{
    private static RgbImage Row(params byte[] red) => new(red.Length, 1, [.. red, .. red, .. red]);

    private static byte[] Red(RgbImage image) => image.Pixels[..image.Width];

    [Fact]
    public void Autocontrast_stretches_to_the_whole_range_and_leaves_flat_channels()
    {
        RgbImage row = Row(50, 100, 150);
        ToneCurves.AutoContrast(row);
        Assert.Equal([0, 127, 255], Red(row));
        RgbImage flat = Row(9, 9, 9);
        ToneCurves.AutoContrast(flat);
        Assert.Equal([9, 9, 9], Red(flat));
    }

    [Fact]
    public void Equalising_evens_the_histogram_and_leaves_what_is_too_small_to_have_one()
    {
        // 1,024 pixels of four values: 768 below the last make steps of 3, and each value moves by 256 / 3.
        byte[] values = [.. Enumerable.Range(0, 1024).Select(i => (byte)(10 + i % 4))];
        RgbImage row = Row(values);
        ToneCurves.Equalize(row);
        Assert.Equal([0, 85, 171, 255], Red(row)[..4]);
        RgbImage small = Row(1, 2, 3);
        ToneCurves.Equalize(small);
        Assert.Equal([1, 2, 3], Red(small));
    }

    [Fact]
    public void Tables_are_what_their_names_say()
    {
        Assert.Equal([255, 155, 0], Changed(ToneCurves.Invert, 0, 100, 255));
        Assert.Equal([0, 96, 224], Changed(image => ToneCurves.Posterize(image, 3), 31, 127, 255));
        Assert.Equal([127, 127, 0], Changed(image => ToneCurves.Solarize(image, 128), 127, 128, 255));
        Assert.Equal([110, 237, 128], Changed(image => ToneCurves.SolarizeAdd(image, 110), 0, 127, 128));
    }

    [Fact]
    public void Enhancements_move_away_from_grey_the_mean_and_black()
    {
        Assert.Equal([0, 150, 255], Changed(image => Enhancement.Brightness(image, 1.5f), 0, 100, 200));
        Assert.Equal([50, 100, 150], Changed(image => Enhancement.Contrast(image, 0.5f), 0, 100, 200));
        var color = new RgbImage(1, 1, [200, 100, 0]);
        Enhancement.Color(color, 0);
        // (19595 * 200 + 38470 * 100 + 32768) >> 16
        Assert.Equal([118, 118, 118], color.Pixels);
    }

    [Fact]
    public void Sharpening_exaggerates_an_inner_pixel_and_leaves_the_border()
    {
        var image = new RgbImage(3, 3);
        Array.Fill(image.Pixels, (byte)100);
        image[0, 1, 1] = 126;
        Enhancement.Sharpness(image, 2, new byte[27]);
        // Smooth: (8 * 100 + 5 * 126) / 13 = 110; twice the difference of 16.
        Assert.Equal([100, 100, 100, 100, 142, 100, 100, 100, 100], image.Pixels[..9]);
    }

    [Fact]
    public void A_shift_by_a_whole_pixel_is_exact_and_fills_what_comes_in()
    {
        RgbImage row = Row(10, 20, 30, 40), target = new(4, 1);
        foreach (Interpolation kernel in new[] { Interpolation.Bilinear, Interpolation.Bicubic })
        {
            AffineTransform.Translate(1, 0).Apply(row, target, kernel, [7, 8, 9]);
            Assert.Equal([20, 30, 40, 7], Red(target));
            Assert.Equal(9, target[2, 0, 3]);
        }
    }

    [Fact]
    public void A_quarter_turn_is_counter_clockwise()
    {
        var image = new RgbImage(2, 2, [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
        var target = new RgbImage(2, 2);
        AffineTransform.Rotate(90, 2, 2).Apply(image, target, Interpolation.Bicubic, [0, 0, 0]);
        Assert.Equal([2, 4, 1, 3], target.Pixels[..4]);
    }

    [Fact]
    public void Half_a_pixel_between_black_and_white_overshoots_only_for_the_cubic()
    {
        RgbImage step = Row(0, 0, 100, 100), target = new(4, 1);
        AffineTransform.Translate(0.5, 0).Apply(step, target, Interpolation.Bilinear, [0, 0, 0]);
        Assert.Equal([0, 50, 100], Red(target)[..3]);
        AffineTransform.Translate(0.5, 0).Apply(step, target, Interpolation.Bicubic, [0, 0, 0]);
        // Weights -1/8, 5/8, 5/8, -1/8 of a = -1, clipped below.
        Assert.Equal([0, 50, 112], Red(target)[..3]);
    }

    [Fact]
    public void The_shortest_side_decides_and_the_longer_one_is_rounded_down()
    {
        RgbImage Sized(int width, int height) => Resampling.ShortestSide(new RgbImage(width, height), 256, Interpolation.Bicubic);
        Assert.Equal((341, 256), (Sized(40, 30).Width, Sized(40, 30).Height));
        Assert.Equal((256, 469), (Sized(30, 55).Width, Sized(30, 55).Height));
        Assert.Equal((256, 256), (Sized(500, 500).Width, Sized(500, 500).Height));
    }

    [Fact]
    public void The_centre_starts_at_the_even_half()
    {
        // (4 - 3) / 2 = 0.5 goes to 0 and (6 - 3) / 2 = 1.5 to 2, as in Python.
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(x => (int)Resampling.CentreCrop(Ramp(4), 3)[0, 0, x]));
        Assert.Equal([2, 3, 4], Enumerable.Range(0, 3).Select(x => (int)Resampling.CentreCrop(Ramp(6), 3)[0, 0, x]));
        Assert.Throws<ArgumentException>(() => Resampling.CentreCrop(Ramp(4), 5));

        static RgbImage Ramp(int side)
        {
            var image = new RgbImage(side, side);
            for (int i = 0; i < image.Pixels.Length; i++) image.Pixels[i] = (byte)(i % side);
            return image;
        }
    }

    [Fact]
    public void Vectors_change_no_bit_of_a_bilinear_crop()
    {
        Gen<(int Seed, int Size, int Target)> cases =
            from seed in Gen.Choose(0, 100_000)
            from size in Gen.Choose(1, 40)
            from target in Gen.Choose(1, 40)
            select (seed,
                size, target);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            float[] source = Array.ConvertAll(ImageFileTests.Noise(c.Size, c.Size, c.Seed).Pixels, v => v / 255f),
                found = new float[3 * c.Target * c.Target];
            new CropResizer().Apply(source, c.Size, 0, 0, c.Size, c.Size, Interpolation.Bilinear, found, c.Target);
            return found.SequenceEqual(Plain(source, c.Size, c.Target));
        }).Check(Config.QuickThrowOnFailure);
    }

    // Two passes written plainly: sums in double along rows, in float along columns.
    private static float[] Plain(float[] source, int size, int target)
    {
        var filter = new ResamplingFilter(Interpolation.Bilinear, size, target);
        float[] narrow = new float[3 * size * target], result = new float[3 * target * target];
        for (int line = 0; line < 3 * size; line++)
        {
            for (int x = 0; x < target; x++)
            {
                double sum = 0;
                for (int k = 0; k < filter.Weights(x).Length; k++)
                    sum += filter.Weights(x)[k] * source[line * size + filter.Start(x) + k];
                narrow[line * target + x] = (float)sum;
            }
        }
        for (int i = 0; i < result.Length; i++)
        {
            int channel = i / (target * target), y = i / target % target;
            for (int k = 0; k < filter.Weights(y).Length; k++)
                result[i] += (float)filter.Weights(y)[k] * narrow[(channel * size + filter.Start(y) + k) * target + i % target];
        }
        return result;
    }

    private static byte[] Changed(Action<RgbImage> change, params byte[] values)
    {
        RgbImage row = Row(values);
        change(row);
        return Red(row);
    }
}
