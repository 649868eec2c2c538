using System.Buffers;

namespace Postern.Attacks.Triggers;

/// <summary>OpenCV's Gaussian blur: 2 ceil(2 sigma) + 1 taps, the border mirrored without repeating the edge.</summary>
internal static class GaussianBlur
{
    /// <summary>Blurs a plane.</summary>
    /// <param name="source">[size, size].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="sigma">Deviation in pixels.</param>
    /// <param name="target">[size, size] or longer.</param>
    internal static void Apply(ReadOnlySpan<float> source, int size, double sigma, Span<double> target)
    {
        int reach = (int)Math.Ceiling(2 * sigma);
        double[] taps = ArrayPool<double>.Shared.Rent(2 * reach + 1), across = ArrayPool<double>.Shared.Rent(size * size);
        double sum = 0;
        for (int k = -reach; k <= reach; k++) sum += taps[k + reach] = Math.Exp(-k * k / (2 * sigma * sigma));
        for (int k = 0; k <= 2 * reach; k++) taps[k] /= sum;
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                double value = 0;
                for (int k = -reach; k <= reach; k++) value += taps[k + reach] * source[row * size + Mirrored(column + k, size)];
                across[row * size + column] = value;
            }
        }
        for (int row = 0; row < size; row++)
        {
            Span<double> line = target.Slice(row * size, size);
            line.Clear();
            for (int k = -reach; k <= reach; k++)
            {
                ReadOnlySpan<double> from = across.AsSpan(Mirrored(row + k, size) * size, size);
                for (int column = 0; column < size; column++) line[column] += taps[k + reach] * from[column];
            }
        }
        ArrayPool<double>.Shared.Return(taps);
        ArrayPool<double>.Shared.Return(across);
    }

    private static int Mirrored(int at, int size)
    {
        while (at < 0 || at >= size) at = at < 0 ? -at : 2 * (size - 1) - at;
        return at;
    }
}
