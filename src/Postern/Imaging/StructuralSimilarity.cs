namespace Postern.Imaging;

/// <summary>
/// SSIM (Wang, Bovik, Sheikh, Simoncelli 2004): means, variances and covariance under a Gaussian window of 11x11, sigma 1.5, with
/// K1 = 0.01 and K2 = 0.03, averaged over all places where the window fits into the picture. Taken on luma, as there.
/// </summary>
public static class StructuralSimilarity
{
    private const int WindowSide = 11;
    private const double Sigma = 1.5, C1 = 0.01 * 0.01, C2 = 0.03 * 0.03;

    /// <summary>How alike two pictures are: 1 for the same, lower the less their structure agrees.</summary>
    /// <param name="first">[3, size, size], [0, 1].</param>
    /// <param name="second">[3, size, size], [0, 1].</param>
    /// <param name="size">Side in pixels; below 11 the window is the largest odd one that fits.</param>
    /// <exception cref="ArgumentException">A length does not fit the size.</exception>
    public static double Between(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int size)
    {
        if (size < 1 || first.Length != 3 * size * size || second.Length != first.Length)
            throw new ArgumentException($"{first.Length} and {second.Length} values for 3x{size}x{size}", nameof(second));
        double[] x = Luma(first), y = Luma(second), window = Window(size);
        double[] meanX = Smooth(x, size, window), meanY = Smooth(y, size, window);
        double[] squaresX = Smooth(Product(x, x), size, window), squaresY = Smooth(Product(y, y), size, window), products = Smooth(Product(x, y), size, window);
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
        for (int i = 0; i < plane; i++) luma[i] = 0.299 * picture[i] + 0.587 * picture[plane + i] + 0.114 * picture[2 * plane + i];
        return luma;
    }

    private static double[] Window(int size)
    {
        int reach = (Math.Min(WindowSide, size) - 1) / 2;
        double[] window = [.. Enumerable.Range(-reach, 2 * reach + 1).Select(d => Math.Exp(-d * d / (2 * Sigma * Sigma)))];
        double sum = window.Sum();
        return Array.ConvertAll(window, w => w / sum);
    }

    private static double[] Product(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x * y)];

    // Rows, then columns, where the window fits: [size, size] to [fits, fits].
    private static double[] Smooth(double[] plane, int size, double[] window)
    {
        int fits = size - window.Length + 1;
        double[] narrow = new double[size * fits], smooth = new double[fits * fits];
        for (int i = 0; i < narrow.Length; i++)
            for (int k = 0; k < window.Length; k++) narrow[i] += window[k] * plane[i / fits * size + i % fits + k];
        for (int i = 0; i < smooth.Length; i++)
            for (int k = 0; k < window.Length; k++) smooth[i] += window[k] * narrow[i + k * fits];
        return smooth;
    }
}
