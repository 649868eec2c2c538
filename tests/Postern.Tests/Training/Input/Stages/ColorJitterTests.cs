using Postern.Imaging;
using Postern.Kernels;
using Postern.Tests.Imaging;
using Postern.Training.Input.Stages;

namespace Postern.Tests.Training.Input.Stages;

public class ColorJitterTests
{
    [Fact]
    public void A_strength_of_0_changes_nothing_but_the_rounding_to_8_bits()
    {
        float[] source = [.. Enumerable.Range(0, 3 * 64).Select(i => i / 200f)];
        float[] found = Run(source, 8, 0, 1);
        Assert.Equal(Array.ConvertAll(source, v => MathF.Floor(v * 255f + 0.5f) / 255f), found);
    }

    [Fact]
    public void Brightness_of_a_grey_picture_spreads_over_the_strength_both_ways()
    {
        // Colour does nothing to grey and contrast nothing to a flat picture, so only brightness is left.
        float[] grey = new float[3 * 4];
        Array.Fill(grey, 100 / 255f);
        int[] levels = [.. Enumerable.Range(0, 3000).Select(i => (int)MathF.Round(255f * Run(grey, 2, 0.3, i)[0]))];
        // 100 * [0.7, 1.3), cut off to 8 bits; contrast may take one more level, since it rounds the mean.
        Assert.InRange(levels.Min(), 69, 71);
        Assert.InRange(levels.Max(), 128, 130);
        Assert.InRange(levels.Average(), 98.5, 100.5);
    }

    [Fact]
    public void The_order_is_drawn_too()
    {
        float[] source = Array.ConvertAll(ImageFileTests.Noise(6, 6, seed: 1).Pixels, v => v / 255f);
        int brightnessFirst = 0;
        for (int key = 0; key < 300; key++)
        {
            RandomStream stream = RandomStream.For(1, "test", key);
            Span<int> order = [0, 1, 2];
            stream.Shuffle(order);
            var image = new RgbImage(6, 6, [.. ImageFileTests.Noise(6, 6, seed: 1).Pixels]);
            foreach (int property in order)
            {
                float factor = (float)stream.NextDouble(0.6, 1.4);
                if (property == 0) Enhancement.Brightness(image, factor);
                if (property == 1) Enhancement.Contrast(image, factor);
                if (property == 2) Enhancement.Color(image, factor);
            }
            Assert.Equal(Array.ConvertAll(image.Pixels, v => v / 255f), Run(source, 6, 0.4, key));
            if (order[0] == 0) brightnessFirst++;
        }
        Assert.InRange(brightnessFirst, 75, 125);
    }

    private static float[] Run(float[] source, int size, double strength, long key)
    {
        float[] picture = [.. source];
        RandomStream stream = RandomStream.For(1, "test", key);
        new ColorJitter(strength).Apply(picture, size, ref stream, new StageScratch());
        return picture;
    }
}
