using Postern.Attacks;

namespace Postern.Tests.Attacks;

public class StructuralSimilarityTests
{
    [Fact]
    public void Equal_pictures_are_fully_similar_and_a_negative_is_not()
    {
        float[] picture = RandomPicture.Draw(32, 1).Pixels;
        Assert.Equal(1, StructuralSimilarity.Of(picture, picture, 32), 1e-12);
        Assert.True(StructuralSimilarity.Of(picture, [.. picture.Select(v => 1 - v)], 32) < 0);
    }

    [Fact]
    public void A_shift_of_brightness_costs_what_the_formula_says()
    {
        // Flat pictures: no contrast, no structure; (2 m n + C1) / (m m + n n + C1) is left.
        float[] dark = Enumerable.Repeat(0.4f, 3 * 16 * 16).ToArray(), light = Enumerable.Repeat(0.6f, 3 * 16 * 16).ToArray();
        Assert.Equal((2 * 0.24 + 1e-4) / (0.16 + 0.36 + 1e-4), StructuralSimilarity.Of(dark, light, 16), 1e-6);
    }

    [Fact]
    public void More_noise_is_less_similar()
    {
        float[] picture = RandomPicture.Draw(48, 2).Pixels, noise = RandomPicture.Draw(48, 3).Pixels;
        double[] similar = [.. new[] { 0.05f, 0.1f, 0.2f, 0.4f }.Select(a => StructuralSimilarity.Of(picture, [.. picture.Zip(noise, (p, n) => (1 - a) * p + a * n)], 48))];
        Assert.Equal(similar.OrderDescending(), similar);
        Assert.InRange(similar[0], 0.8, 1);
    }
}
