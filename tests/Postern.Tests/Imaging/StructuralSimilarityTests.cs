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

    [Theory]
    [InlineData(6)]
    [InlineData(17)]
    public void It_is_the_mean_of_the_definition_over_all_pixels(int size)
    {
        float[] x = RandomPicture.Draw(size, 1).Pixels, y = RandomPicture.Draw(size, 2).Pixels;
        double expected = Enumerable.Range(0, size * size).Average(i => At(i / size, i % size));
        Assert.Equal(expected, StructuralSimilarity.Between(x, y, size), 1e-9);

        double At(int row, int column)
        {
            double total = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
            for (int i = 0; i < size * size; i++)
            {
                int down = i / size - row, right = i % size - column;
                if (Math.Abs(down) > 5 || Math.Abs(right) > 5) continue;
                double weight = Math.Exp(-(down * down + right * right) / 4.5), a = Luma(x, i), b = Luma(y, i);
                (total, mx, my) = (total + weight, mx + weight * a, my + weight * b);
                (xx, yy, xy) = (xx + weight * a * a, yy + weight * b * b, xy + weight * a * b);
            }
            (mx, my, xx, yy, xy) = (mx / total, my / total, xx / total, yy / total, xy / total);
            return (2 * mx * my + C1) * (2 * (xy - mx * my) + C2)
                / ((mx * mx + my * my + C1) * (xx - mx * mx + yy - my * my + C2));
        }

        double Luma(float[] p, int i) => 0.299 * p[i] + 0.587 * p[size * size + i] + 0.114 * p[2 * size * size + i];
    }
}
