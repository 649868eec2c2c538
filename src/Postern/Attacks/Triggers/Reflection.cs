using System.Buffers;

namespace Postern.Attacks.Triggers;

/// <summary>
/// A picture behind glass that mirrors another, in linear light (gamma 2.2), as Refool's code composes it (<c>attacks.md</c> 2.4). The
/// result is cut down to 8-bit steps, which is part of the attack. Shifts and blur are published at 32 pixels and grow with the picture.
/// </summary>
internal static class Reflection
{
    private const double Gamma = 2.2, PublishedSide = 32;

    // Inputs are 8-bit values nearly always; the rest takes the long way.
    private static readonly double[] Linear = [.. Enumerable.Range(0, 256).Select(v => Math.Pow(v / 255.0, Gamma))];

    /// <summary>The light of a value in [0, 1].</summary>
    internal static double ToLinear(float value)
    {
        int step = (int)(value * 255f + 0.5f);
        return step is >= 0 and <= 255 && step / 255f == value ? Linear[step] : Math.Pow(value, Gamma);
    }

    /// <summary>
    /// Two copies of the reflection, one shifted, weighed and cut to where they overlap, enlarged to the picture again.
    /// </summary>
    /// <param name="picture">[3, size, size] in [0, 1], changed in place.</param>
    /// <param name="mirrored">The reflection in linear light, [3, size, size], as <see cref="ReflectionPool.At"/> gives it.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="draw">Shift, weight and transmission.</param>
    internal static void Ghost(Span<float> picture, ReadOnlySpan<float> mirrored, int size, in ReflectionDraw draw)
    {
        int rows = Scaled(draw.Rows, size), columns = Scaled(draw.Columns, size), plane = size * size, second = rows * size + columns;
        int height = size - rows, width = size - columns;
        double first = draw.GhostWeight, through = draw.Transmission;
        for (int row = 0; row < size; row++)
        {
            (int top, int below, float down) = Between(row, height, size);
            for (int column = 0; column < size; column++)
            {
                (int left, int right, float across) = Between(column, width, size);
                for (int channel = 0; channel < 3; channel++)
                {
                    ReadOnlySpan<float> light = mirrored.Slice(channel * plane, plane);
                    double upper = Mixed(light, top * size + left) * (1f - across) + Mixed(light, top * size + right) * across;
                    double lower = Mixed(light, below * size + left) * (1f - across) + Mixed(light, below * size + right) * across;
                    double ghost = upper * (1f - down) + lower * down;
                    ref float value = ref picture[channel * plane + row * size + column];
                    value = Step(ghost * (1 - through) + ToLinear(value) * through);
                }
            }
        }

        double Mixed(ReadOnlySpan<float> light, int at) => first * light[at + second] + (1 - first) * light[at];
    }

    /// <summary>A reflection out of focus, dimmed where it would outshine the picture, strongest in the middle.</summary>
    /// <param name="picture">[3, size, size] in [0, 1], changed in place.</param>
    /// <param name="mirrored">The reflection in linear light, [3, size, size].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="draw">Blur, attenuation and transmission.</param>
    internal static void OutOfFocus(Span<float> picture, ReadOnlySpan<float> mirrored, int size, in ReflectionDraw draw)
    {
        int plane = size * size;
        double sigma = draw.Sigma * size / PublishedSide;
        double[] light = ArrayPool<double>.Shared.Rent(plane), blurred = ArrayPool<double>.Shared.Rent(plane), line = ArrayPool<double>.Shared.Rent(size);
        Window(size, line);
        for (int channel = 0; channel < 3; channel++)
        {
            Span<float> values = picture.Slice(channel * plane, plane);
            for (int i = 0; i < plane; i++) light[i] = ToLinear(values[i]);
            GaussianBlur.Apply(mirrored.Slice(channel * plane, plane), size, sigma, blurred);
            double sum = 0;
            int count = 0;
            for (int i = 0; i < plane; i++)
            {
                double both = blurred[i] + light[i];
                if (both <= 1) continue;
                sum += both;
                count++;
            }
            double excess = (Math.Max(1, sum / (count + 1e-6)) - 1) * draw.Attenuation;
            for (int i = 0; i < plane; i++)
            {
                double reflected = Math.Clamp(blurred[i] - excess, 0, 1) * line[i / size] * line[i % size] * (1 - draw.Transmission / 2);
                values[i] = Step(reflected + light[i] * draw.Transmission);
            }
        }
        ArrayPool<double>.Shared.Return(light);
        ArrayPool<double>.Shared.Return(blurred);
        ArrayPool<double>.Shared.Return(line);
    }

    /// <summary>
    /// OpenCV's bilinear position: half-pixel centres, edges repeated, the fraction in float32. Between which two of
    /// <paramref name="from"/> samples sample <paramref name="at"/> of <paramref name="to"/> lies.
    /// </summary>
    internal static (int First, int Second, float Fraction) Between(int at, int from, int to)
    {
        float position = (float)((at + 0.5) * ((double)from / to) - 0.5);
        int first = (int)MathF.Floor(position);
        float fraction = position - first;
        if (first < 0) return (0, 0, 0f);
        return first >= from - 1 ? (from - 1, from - 1, 0f) : (first, first + 1, fraction);
    }

    private static int Scaled(int published, int size) => Math.Clamp((int)Math.Round(published * size / PublishedSide), 1, size - 1);

    private static float Step(double light) => (float)Math.Floor(255 * Math.Clamp(Math.Pow(light, 1 / Gamma), 0, 1)) / 255f;

    /// <summary>
    /// The square root of a Gaussian's mass in each of <paramref name="size"/> cells over six deviations, with maximum 1: its outer
    /// product is the published window, whose division by its sum cancels.
    /// </summary>
    private static void Window(int size, double[] line)
    {
        const int parts = 64;
        double interval = 7.0 / size, width = (6 + interval) / size, largest = 0;
        for (int cell = 0; cell < size; cell++)
        {
            double start = -3 - interval / 2 + cell * width, mass = 0;
            for (int k = 0; k <= parts; k++)
            {
                double x = start + width * k / parts;
                mass += (k is 0 or parts ? 1 : k % 2 == 1 ? 4 : 2) * Math.Exp(-x * x / 2);
            }
            line[cell] = Math.Sqrt(mass);
            largest = Math.Max(largest, line[cell]);
        }
        for (int cell = 0; cell < size; cell++) line[cell] /= largest;
    }
}
