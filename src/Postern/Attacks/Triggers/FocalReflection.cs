using System.Buffers;
using System.Numerics;

namespace Postern.Attacks.Triggers;

/// <summary>
/// Refool's focal-blur mode (<c>docs/reference/attacks.md 2.4</c>): the reflection lies outside the depth of field. It is
/// blurred, dimmed where the sum is brighter than white, and fades towards the picture's border.
/// </summary>
internal static class FocalReflection
{
    private static readonly PerSize<double[]> Windows = new(Window);

    /// <summary>Adds the reflection to one channel.</summary>
    /// <param name="pixels">b, [size, size] in [0, 1], changed in place.</param>
    /// <param name="reflection">R as light, [size, size].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="sigma">Standard deviation of the blur in pixels.</param>
    /// <param name="draw">Shares of light.</param>
    internal static void Apply(Span<float> pixels, ReadOnlySpan<float> reflection, int size, double sigma, in ReflectionDraw draw)
    {
        int plane = size * size;
        double[] rented = ArrayPool<double>.Shared.Rent(2 * plane), window = Windows.At(size);
        Span<double> blurred = rented.AsSpan(0, plane);
        Blur(reflection, blurred, rented.AsSpan(plane, plane), size, sigma);
        double sum = 0;
        int count = 0;
        for (int i = 0; i < plane; i++)
        {
            double light = blurred[i] + GammaCurve.ToLight(pixels[i]);
            if (light > 1) (sum, count) = (sum + light, count + 1);
        }
        double dimming = (Math.Max(1, sum / (count + 1e-6)) - 1) * draw.Attenuation;
        for (int i = 0; i < plane; i++)
        {
            double seen = Math.Clamp(blurred[i] - dimming, 0, 1), share = window[i] * (1 - draw.BackgroundWeight / 2);
            pixels[i] = GammaCurve.ToValue(seen * share + GammaCurve.ToLight(pixels[i]) * draw.BackgroundWeight);
        }
        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>W of a size, [size, size]: 1 in the middle, less towards the border.</summary>
    internal static double[] Window(int size)
    {
        // Differences of the normal distribution function over 2 * 3 standard deviations and one step.
        double step = (2 * 3 + 1.0) / size, end = 3 + step / 2;
        double[] edges = [.. Enumerable.Range(0, size + 1).Select(i => Normal(-end + 2 * end * i / size))];
        double[] window = new double[size * size];
        for (int i = 0; i < window.Length; i++)
            window[i] = Math.Sqrt((edges[i / size + 1] - edges[i / size]) * (edges[i % size + 1] - edges[i % size]));
        double largest = window.Max();
        return Array.ConvertAll(window, w => w / largest);
    }

    // OpenCV's Gaussian blur with a kernel of 2 ceil(2 sigma) + 1 and its default border, which mirrors without repeating the
    // edge.
    private static void Blur(ReadOnlySpan<float> source, Span<double> target, Span<double> narrow, int size, double sigma)
    {
        int reach = (int)Math.Ceiling(2 * sigma);
        Span<double> kernel = reach < 1024 ? stackalloc double[2 * reach + 1] : new double[2 * reach + 1];
        double sum = 0;
        for (int k = 0; k < kernel.Length; k++)
            sum += kernel[k] = Math.Exp(-(k - reach) * (double)(k - reach) / (2 * sigma * sigma));
        foreach (ref double weight in kernel) weight /= sum;
        for (int row = 0; row < size; row++)
        {
            ReadOnlySpan<float> line = source.Slice(row * size, size);
            for (int column = 0; column < size; column++)
            {
                double value = 0;
                for (int k = 0; k < kernel.Length; k++) value += kernel[k] * line[Mirror(column + k - reach, size)];
                narrow[row * size + column] = value;
            }
        }
        target.Clear();
        for (int row = 0; row < size; row++)
            for (int k = 0; k < kernel.Length; k++)
                Accumulate(target.Slice(row * size, size), kernel[k], narrow.Slice(Mirror(row + k - reach, size) * size, size));
    }

    private static void Accumulate(Span<double> sum, double weight, ReadOnlySpan<double> values)
    {
        int i = 0;
        for (; i <= sum.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(sum[i..]) + weight * new Vector<double>(values[i..])).CopyTo(sum[i..]);
        for (; i < sum.Length; i++) sum[i] += weight * values[i];
    }

    private static int Mirror(int at, int length)
    {
        if ((uint)at < (uint)length) return at;
        if (length == 1) return 0;
        int period = 2 * (length - 1);
        at = ((at % period) + period) % period;
        return at < length ? at : period - at;
    }

    // The normal distribution function by Marsaglia's series (2004), good to double precision for the few standard deviations
    // needed here.
    private static double Normal(double x)
    {
        double sum = x, term = x;
        for (int i = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); i += 2) sum += term *= x * x / i;
        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }
}
