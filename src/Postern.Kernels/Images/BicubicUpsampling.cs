namespace Postern.Kernels;

/// <summary>
/// Enlarges a square plane by cubic convolution (Keys 1981) with coefficient -0.75, corners aligned: the first and last samples
/// keep their places and samples beyond the edge repeat it. As <c>torch.nn.functional.interpolate(mode="bicubic",
/// align_corners=True)</c>.
/// </summary>
public static class BicubicUpsampling
{
    private const float A = -0.75f;
    private const int Taps = 4;

    /// <summary>Enlarges <paramref name="source"/>, [from, from], to <paramref name="target"/>, [to, to].</summary>
    /// <exception cref="ArgumentException">A length is not the square of its side, or a side is not positive.</exception>
    public static void AlignCorners(ReadOnlySpan<float> source, int from, Span<float> target, int to)
    {
        if (from <= 0 || source.Length != from * from)
            throw new ArgumentException($"{source.Length} values for {from}x{from}", nameof(source));
        if (to <= 0 || target.Length != to * to)
            throw new ArgumentException($"{target.Length} values for {to}x{to}", nameof(target));
        (int[] index, float[] weight) = Stencil(from, to);
        float[] wide = new float[from * to];
        for (int row = 0; row < from; row++)
        {
            for (int column = 0; column < to; column++)
            {
                float sum = 0;
                for (int tap = Taps * column; tap < Taps * (column + 1); tap++)
                    sum += weight[tap] * source[row * from + index[tap]];
                wide[row * to + column] = sum;
            }
        }
        for (int row = 0; row < to; row++)
        {
            for (int column = 0; column < to; column++)
            {
                float sum = 0;
                for (int tap = Taps * row; tap < Taps * (row + 1); tap++) sum += weight[tap] * wide[index[tap] * to + column];
                target[row * to + column] = sum;
            }
        }
    }

    // For each target position the four samples around its place in the source and their weights.
    private static (int[] Index, float[] Weight) Stencil(int from, int to)
    {
        int[] index = new int[Taps * to];
        float[] weight = new float[Taps * to];
        for (int i = 0; i < to; i++)
        {
            float place = to == 1 ? 0 : i * ((float)(from - 1) / (to - 1));
            int before = Math.Min((int)place, from - 1);
            float t = place - before;
            for (int tap = 0; tap < Taps; tap++)
            {
                index[Taps * i + tap] = Math.Clamp(before + tap - 1, 0, from - 1);
                weight[Taps * i + tap] = Kernel(Math.Abs(t - (tap - 1)));
            }
        }
        return (index, weight);
    }

    private static float Kernel(float distance) => distance <= 1
        ? ((A + 2) * distance - (A + 3)) * distance * distance + 1
        : ((A * distance - 5 * A) * distance + 8 * A) * distance - 4 * A;
}
