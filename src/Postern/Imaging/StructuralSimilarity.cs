namespace Postern.Imaging;

/// <summary>
/// SSIM (Wang, Bovik, Sheikh, Simoncelli 2004): means, variances and covariance under a Gaussian window of 11x11, sigma 1.5, with
/// K1 = 0.01 and K2 = 0.03, on luma. The mean is over all pixels, the window being cut off at the border and its weights
/// normalised again; the original leaves out pixels near the border, where a trigger in a corner would not count.
/// </summary>
public static class StructuralSimilarity
{
    private const int Reach = 5;
    private const double Sigma = 1.5, C1 = 0.01 * 0.01, C2 = 0.03 * 0.03;
    private static readonly double[] Window =
        [.. Enumerable.Range(-Reach, 2 * Reach + 1).Select(d => Math.Exp(-d * d / (2 * Sigma * Sigma)))];

    /// <summary>How alike two pictures are: 1 for the same, lower the less their structure agrees.</summary>
    /// <param name="first">[3, size, size], [0, 1].</param>
    /// <param name="second">[3, size, size], [0, 1].</param>
    /// <param name="size">Side in pixels.</param>
    /// <exception cref="ArgumentException">A length does not fit the size.</exception>
    public static double Between(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int size)
    {
        if (size < 1 || first.Length != 3 * size * size || second.Length != first.Length)
            throw new ArgumentException($"{first.Length} and {second.Length} values for 3x{size}x{size}", nameof(second));
        double[] x = Luma(first), y = Luma(second);
        double[] meanX = Smooth(x, size), meanY = Smooth(y, size);
        double[] squaresX = Smooth(Product(x, x), size), squaresY = Smooth(Product(y, y), size),
            products = Smooth(Product(x, y), size);
        double sum = 0;
        for (int i = 0; i < meanX.Length; i++)
        {
            double mx = meanX[i], my = meanY[i];
            double varianceX = squaresX[i] - mx * mx, varianceY = squaresY[i] - my * my, covariance = products[i] - mx * my;
            sum += (2 * mx * my + C1) * (2 * covariance + C2) / ((mx * mx + my * my + C1) * (varianceX + varianceY + C2));
        }
        return sum / meanX.Length;
    }

    // ITU-R BT.601, as in Matlab's rgb2gray.
    private static double[] Luma(ReadOnlySpan<float> picture)
    {
        int plane = picture.Length / 3;
        double[] luma = new double[plane];
        for (int i = 0; i < plane; i++)
            luma[i] = 0.299 * picture[i] + 0.587 * picture[plane + i] + 0.114 * picture[2 * plane + i];
        return luma;
    }

    private static double[] Product(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x * y)];

    // Along rows, then along columns, [size, size].
    private static double[] Smooth(double[] plane, int size)
    {
        double[] rows = new double[plane.Length], smooth = new double[plane.Length];
        for (int i = 0; i < plane.Length; i++) rows[i] = Mean(plane.AsSpan(i / size * size, size), 1, i % size);
        for (int i = 0; i < plane.Length; i++) smooth[i] = Mean(rows.AsSpan(i % size), size, i / size);
        return smooth;
    }

    // The weighted mean around a place in a line whose values are a stride apart.
    private static double Mean(ReadOnlySpan<double> line, int stride, int centre)
    {
        double sum = 0, weights = 0;
        for (int k = 0; k < Window.Length; k++)
        {
            int at = (centre + k - Reach) * stride;
            if (at < 0 || at >= line.Length) continue;
            sum += Window[k] * line[at];
            weights += Window[k];
        }
        return sum / weights;
    }
}
