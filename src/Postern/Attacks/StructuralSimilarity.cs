namespace Postern.Attacks;

/// <summary>
/// SSIM (Wang, Bovik, Sheikh, Simoncelli 2004) of the luma, with the published window (Gaussian, 11 taps, deviation 1.5) at every place
/// where it lies inside the picture, K1 = 0.01 and K2 = 0.03. A picture smaller than the window takes its largest odd window.
/// </summary>
public static class StructuralSimilarity
{
    private const int Taps = 11;
    private const double Sigma = 1.5, C1 = 0.01 * 0.01, C2 = 0.03 * 0.03;

    /// <summary>Mean over all windows, at most 1.</summary>
    /// <param name="first">[3, size, size] in [0, 1].</param>
    /// <param name="second">[3, size, size] in [0, 1].</param>
    /// <param name="size">Side in pixels.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static double Of(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int size)
    {
        if (first.Length != 3 * size * size || second.Length != first.Length)
            throw new ArgumentException($"{first.Length} and {second.Length} values for 3x{size}x{size}", nameof(second));
        int taps = Math.Min(Taps, size % 2 == 1 ? size : size - 1);
        if (taps < 1) return double.NaN;
        double[] x = Luma(first), y = Luma(second), window = Window(taps);
        double[] meanX = Filtered(x, size, window), meanY = Filtered(y, size, window);
        double[] squareX = Filtered(Products(x, x), size, window), squareY = Filtered(Products(y, y), size, window), product = Filtered(Products(x, y), size, window);
        double sum = 0;
        for (int i = 0; i < meanX.Length; i++)
        {
            double varianceX = squareX[i] - meanX[i] * meanX[i], varianceY = squareY[i] - meanY[i] * meanY[i], covariance = product[i] - meanX[i] * meanY[i];
            sum += (2 * meanX[i] * meanY[i] + C1) * (2 * covariance + C2)
                / ((meanX[i] * meanX[i] + meanY[i] * meanY[i] + C1) * (varianceX + varianceY + C2));
        }
        return sum / meanX.Length;
    }

    private static double[] Luma(ReadOnlySpan<float> rgb)
    {
        int plane = rgb.Length / 3;
        double[] luma = new double[plane];
        for (int i = 0; i < plane; i++) luma[i] = 0.299 * rgb[i] + 0.587 * rgb[plane + i] + 0.114 * rgb[2 * plane + i];
        return luma;
    }

    private static double[] Window(int taps)
    {
        double[] window = [.. Enumerable.Range(0, taps).Select(k => Math.Exp(-Math.Pow(k - taps / 2, 2) / (2 * Sigma * Sigma)))];
        double sum = window.Sum();
        return [.. window.Select(w => w / sum)];
    }

    private static double[] Products(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a * b)];

    /// <summary>The window's mean of a quantity at each place where the window fits.</summary>
    private static double[] Filtered(double[] values, int size, double[] window)
    {
        int fits = size - window.Length + 1;
        double[] across = new double[size * fits], result = new double[fits * fits];
        for (int row = 0; row < size; row++)
            for (int column = 0; column < fits; column++)
                for (int k = 0; k < window.Length; k++) across[row * fits + column] += window[k] * values[row * size + column + k];
        for (int row = 0; row < fits; row++)
            for (int column = 0; column < fits; column++)
                for (int k = 0; k < window.Length; k++) result[row * fits + column] += window[k] * across[(row + k) * fits + column];
        return result;
    }
}
