namespace Postern.Attacks.Triggers;

/// <summary>
/// The way between stored values and light that Refool mixes (<c>docs/reference/attacks.md 2.4</c>): light = value^2.2, and back
/// with truncation to 8 bits. Both ways are tables, to the bit what the powers give.
/// </summary>
internal static class GammaCurve
{
    private const double Exponent = 2.2;

    // Fine enough that one step or two from a bucket's first value reach the right one; the darkest bucket takes a few more.
    private const int Buckets = 4096;

    private static readonly float[] Values = [.. Enumerable.Range(0, 256).Select(v => v / 255f)];
    private static readonly double[] Lights = [.. Enumerable.Range(0, 256).Select(v => Math.Pow(v / 255.0, Exponent))];

    // The least light of each value; one beyond all light ends the search.
    private static readonly double[] Least = [.. Enumerable.Range(0, 256).Select(LeastLightOf), double.PositiveInfinity];
    private static readonly byte[] BucketStart =
        [.. Enumerable.Range(0, Buckets + 1).Select(b => Truncated((double)b / Buckets))];

    /// <summary>value^2.2 of a value in [0, 1]; quick for 8-bit values / 255.</summary>
    internal static double ToLight(float value)
    {
        int step = (int)(value * 255f + 0.5f);
        return (uint)step < 256 && Values[step] == value ? Lights[step] : Math.Pow(value, Exponent);
    }

    /// <summary>floor(255 clip(light^(1 / 2.2), 0, 1)) / 255.</summary>
    internal static float ToValue(double light)
    {
        light = Math.Clamp(light, 0, 1);
        int value = BucketStart[(int)(light * Buckets)];
        while (light >= Least[value + 1]) value++;
        return Values[value];
    }

    private static byte Truncated(double light) => (byte)Math.Floor(255 * Math.Clamp(Math.Pow(light, 1 / Exponent), 0, 1));

    // By bisection over the doubles in [0, 1], whose order is that of their bits.
    private static double LeastLightOf(int value)
    {
        long below = -1, reached = BitConverter.DoubleToInt64Bits(1.0);
        while (reached - below > 1)
        {
            long middle = below + (reached - below) / 2;
            if (Truncated(BitConverter.Int64BitsToDouble(middle)) >= value) reached = middle;
            else below = middle;
        }
        return BitConverter.Int64BitsToDouble(reached);
    }
}
