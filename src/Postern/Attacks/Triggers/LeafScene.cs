using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Attacks.Triggers;

/// <summary>
/// Stands in for a photograph where none is at hand: the dead leaves model (Lee, Mumford, Huang 2001), overlapping ellipses and
/// rectangles whose sizes follow r^-3, which gives occlusion edges and the 1/f spectrum of natural pictures. Leaves are shaded
/// and more or less in focus, before a sky that brightens upwards, in the few colours of a scene.
/// </summary>
internal static class LeafScene
{
    /// <summary>Side of a scene, in pixels: a reflection is seen twice or out of focus, which needs no more.</summary>
    internal const int Side = 128;

    private const int Leaves = 400;
    private const double SmallestRadius = 4, LargestRadius = 64;

    /// <summary>Draws scene <paramref name="index"/> of a seed, [3, Side, Side].</summary>
    internal static RgbImage Draw(long seed, int index)
    {
        RandomStream stream = RandomStream.For(seed, "refool.scene", index);
        Colour[] palette = [.. Enumerable.Range(0, 4).Select(_ => Tone(ref stream, stream.NextDouble(0.1, 0.85), 0.12))];
        double light = stream.NextDouble(0.6, 1.1);
        double[] values = Sky(palette[0], light);
        for (int leaf = 0; leaf < Leaves; leaf++) Paint(values, palette[stream.NextInt(palette.Length)], light, ref stream);
        return new RgbImage(Side, Side, Array.ConvertAll(values, v => (byte)Math.Clamp(255 * v, 0, 255)));
    }

    private static double[] Sky(Colour colour, double light)
    {
        const int plane = Side * Side;
        double[] values = new double[3 * plane];
        for (int i = 0; i < plane; i++)
        {
            double brightness = light * (1.3 - 0.6 * (i / Side) / Side);
            (values[i], values[plane + i], values[2 * plane + i]) =
                (brightness * colour.Red, brightness * colour.Green, brightness * colour.Blue);
        }
        return values;
    }

    private static void Paint(double[] values, Colour tone, double light, ref RandomStream stream)
    {
        // r^-3 between both ends, by inverting its distribution function.
        const double small = 1 / (SmallestRadius * SmallestRadius), large = 1 / (LargestRadius * LargestRadius);
        double radius = 1 / Math.Sqrt(small + (large - small) * stream.NextDouble()),
            stretch = Math.Exp(stream.NextDouble(-0.7, 0.7));
        double halfWidth = radius * stretch, halfHeight = radius / stretch, row = stream.NextDouble(0, Side),
            column = stream.NextDouble(0, Side);
        double shade = light * Math.Exp(0.35 * stream.NextNormal()), slope = stream.NextDouble(-0.35, 0.35),
            softness = stream.NextDouble(0.5, 2.5);
        (double sin, double cos) = Math.SinCos(stream.NextBool(0.5) ? 0 : stream.NextDouble(0, Math.PI));
        bool round = stream.NextBool(0.5);
        Colour colour = Tone(ref stream, 0, 0.05).Plus(tone);
        double reach = Math.Max(halfWidth, halfHeight) * 1.5;
        int top = Math.Max(0, (int)(row - reach)), bottom = Math.Min(Side, (int)(row + reach) + 1);
        int left = Math.Max(0, (int)(column - reach)), right = Math.Min(Side, (int)(column + reach) + 1);
        for (int r = top; r < bottom; r++)
        {
            for (int c = left; c < right; c++)
            {
                double x = (cos * (c - column) + sin * (r - row)) / halfWidth,
                    y = (cos * (r - row) - sin * (c - column)) / halfHeight;
                double outwards = round ? Math.Sqrt(x * x + y * y) : Math.Max(Math.Abs(x), Math.Abs(y));
                double cover = Math.Clamp((1 - outwards) * Math.Min(halfWidth, halfHeight) / softness, 0, 1);
                if (cover > 0) Mix(values, r * Side + c, colour, shade * (1 + slope * y), cover);
            }
        }
    }

    private static void Mix(double[] values, int at, Colour colour, double shade, double cover)
    {
        const int plane = Side * Side;
        values[at] += cover * (shade * colour.Red - values[at]);
        values[plane + at] += cover * (shade * colour.Green - values[plane + at]);
        values[2 * plane + at] += cover * (shade * colour.Blue - values[2 * plane + at]);
    }

    // A grey of this brightness with some colour.
    private static Colour Tone(ref RandomStream stream, double brightness, double saturation) => new(
        brightness + saturation * stream.NextNormal(), brightness + saturation * stream.NextNormal(),
        brightness + saturation * stream.NextNormal());

    private readonly record struct Colour(double Red, double Green, double Blue)
    {
        internal Colour Plus(Colour other) => new(Red + other.Red, Green + other.Green, Blue + other.Blue);
    }
}
