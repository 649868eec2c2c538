using Postern.Imaging;
using Postern.Tests.Attacks;

namespace Postern.Tests.Imaging;

public class StructuralSimilarityTests
{
    private const double C1 = 0.0001, C2 = 0.0009;

    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(32)]
    public void A_picture_is_wholly_like_itself(int size)
    {
        float[] pixels = RandomPicture.Draw(size, 1).Pixels;
        Assert.Equal(1, StructuralSimilarity.Between(pixels, pixels, size), 1e-12);
    }

    [Fact]
    public void Flat_pictures_differ_by_their_luminance_alone()
    {
        float[] dark = [.. Enumerable.Repeat(0.2f, 3 * 16 * 16)], bright = [.. Enumerable.Repeat(0.6f, 3 * 16 * 16)];
        Assert.Equal((2 * 0.2 * 0.6 + C1) / (0.2 * 0.2 + 0.6 * 0.6 + C1), StructuralSimilarity.Between(dark, bright, 16), 1e-6);
    }

    [Fact]
    public void One_window_gives_the_definition_s_value()
    {
        // At 11x11 there is one window: the sums are written out.
        float[] x = RandomPicture.Draw(11, 1).Pixels, y = RandomPicture.Draw(11, 2).Pixels;
        double total = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < 121; i++)
        {
            double weight = Math.Exp(-(Math.Pow(i / 11 - 5, 2) + Math.Pow(i % 11 - 5, 2)) / 4.5), a = Luma(x, i), b = Luma(y, i);
            (total, mx, my) = (total + weight, mx + weight * a, my + weight * b);
            (xx, yy, xy) = (xx + weight * a * a, yy + weight * b * b, xy + weight * a * b);
        }
        (mx, my, xx, yy, xy) = (mx / total, my / total, xx / total, yy / total, xy / total);
        double expected = (2 * mx * my + C1) * (2 * (xy - mx * my) + C2) / ((mx * mx + my * my + C1) * (xx - mx * mx + yy - my * my + C2));
        Assert.Equal(expected, StructuralSimilarity.Between(x, y, 11), 1e-9);

        static double Luma(float[] p, int i) => 0.299 * p[i] + 0.587 * p[121 + i] + 0.114 * p[242 + i];
    }
}
