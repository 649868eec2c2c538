using Postern.Imaging;

namespace Postern.Tests.Imaging;

public class ResamplingTests
{
    [Fact]
    public void Halving_weighs_as_a_triangle_twice_as_wide()
    {
        // Weights 1/8, 3/8, 3/8, 1/8 inside; the border's missing eighth is shared among the rest.
        var image = new RgbImage(6, 1, [0, 80, 160, 240, 200, 100, .. new byte[12]]);
        RgbImage half = Resampling.Bilinear(image, 3, 1);
        Assert.Equal([Round((0 * 3 + 80 * 3 + 160) / 7.0), Round((80 + 160 * 3 + 240 * 3 + 200) / 8.0),
            Round((240 + 200 * 3 + 100 * 3) / 7.0)],
            half.Pixels[..3]);

        static byte Round(double value) => (byte)Math.Floor(value + 0.5);
    }

    [Fact]
    public void Enlarging_interpolates_between_neighbours_and_repeats_the_border()
    {
        var image = new RgbImage(2, 1, [0, 100, 0, 0, 0, 0]);
        Assert.Equal([0, 25, 75, 100], Resampling.Bilinear(image, 4, 1).Pixels[..4]);
    }

    [Fact]
    public void A_flat_picture_stays_flat_at_any_size()
    {
        var image = new RgbImage(37, 53);
        Array.Fill(image.Pixels, (byte)201);
        Assert.All(Resampling.Bilinear(image, 32, 71).Pixels, value => Assert.Equal(201, value));
    }

    [Fact]
    public void Same_size_changes_nothing()
    {
        RgbImage image = ImageFileTests.Noise(9, 7, seed: 1);
        Assert.Equal(image.Pixels, Resampling.Bilinear(image, 9, 7).Pixels);
    }

    [Fact]
    public void Rows_and_columns_are_treated_alike()
    {
        RgbImage image = ImageFileTests.Noise(11, 5, seed: 2), turned = new(5, 11);
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < 5; y++)
                for (int x = 0; x < 11; x++) turned[c, x, y] = image[c, y, x];
        RgbImage wide = Resampling.Bilinear(image, 4, 5), tall = Resampling.Bilinear(turned, 5, 4);
        for (int y = 0; y < 5; y++)
            for (int x = 0; x < 4; x++) Assert.Equal(wide[1, y, x], tall[1, x, y]);
    }

    [Fact]
    public void The_float_crop_of_the_whole_picture_agrees_with_the_8_bit_resize_to_its_rounding()
    {
        RgbImage image = ImageFileTests.Noise(20, 20, seed: 3);
        float[] source = Array.ConvertAll(image.Pixels, b => b / 255f), target = new float[3 * 8 * 8];
        new CropResizer().Apply(source, 20, 0, 0, 20, 20, Interpolation.Bilinear, target, 8);
        byte[] expected = Resampling.Bilinear(image, 8, 8).Pixels;
        for (int i = 0; i < target.Length; i++) Assert.InRange(255 * target[i] - expected[i], -1f, 1f);
    }

    [Fact]
    public void A_crop_sees_nothing_outside_its_box()
    {
        float[] source = new float[3 * 10 * 10];
        Array.Fill(source, 99f);
        for (int c = 0; c < 3; c++)
            for (int y = 2; y < 6; y++)
                for (int x = 3; x < 8; x++) source[(c * 10 + y) * 10 + x] = 0.25f;
        float[] target = new float[3 * 7 * 7];
        new CropResizer().Apply(source, 10, 2, 3, 4, 5, Interpolation.Bilinear, target, 7);
        Assert.All(target, value => Assert.Equal(0.25f, value, 1e-6f));
    }

    [Fact]
    public void A_box_outside_the_picture_is_refused() =>
        Assert.Throws<ArgumentException>(
            () => new CropResizer().Apply(new float[300], 10, 5, 5, 6, 2, Interpolation.Bilinear, new float[12], 2));

    [Fact]
    public void A_quarter_turn_is_counter_clockwise_and_exact()
    {
        float[] source = [.. Enumerable.Range(0, 27).Select(i => (float)i)], target = new float[27];
        Resampling.Rotate(source, 3, 90, target);
        // The right column becomes the top row.
        Assert.Equal([2f, 5f, 8f, 1f, 4f, 7f, 0f, 3f, 6f], target[..9]);
    }

    [Fact]
    public void A_rotation_fills_the_corners_with_zeros_and_invents_no_value()
    {
        float[] source = new float[3 * 32 * 32], target = new float[source.Length];
        for (int i = 0; i < source.Length; i++) source[i] = 1 + i;
        Resampling.Rotate(source, 32, 15, target);
        Assert.Equal(0f, target[0]);
        Assert.Equal(0f, target[31]);
        Assert.All(target, value => Assert.True(value == 0f || source[(int)value - 1] == value));
    }

    [Fact]
    public void No_rotation_changes_nothing()
    {
        float[] source = [.. Enumerable.Range(0, 3 * 64).Select(i => (float)i)], target = new float[source.Length];
        Resampling.Rotate(source, 8, 0, target);
        Assert.Equal(source, target);
    }
}
