namespace Postern.Imaging;

/// <summary>
/// The weights of antialiased bilinear resampling along one axis, as Pillow computes them: a triangle whose half width is
/// one source pixel, or one target pixel where the picture shrinks; cut off at the border and normalised.
/// </summary>
internal sealed class TriangleFilter
{
    private readonly int[] starts;
    private readonly double[][] weights;

    /// <summary>Weights from <paramref name="sourceLength"/> to <paramref name="targetLength"/> samples.</summary>
    internal TriangleFilter(int sourceLength, int targetLength)
    {
        starts = new int[targetLength];
        weights = new double[targetLength][];
        double scale = (double)sourceLength / targetLength;
        double support = Math.Max(scale, 1.0);
        for (int target = 0; target < targetLength; target++)
        {
            double center = (target + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0);
            int end = Math.Min((int)(center + support + 0.5), sourceLength);
            double[] row = new double[end - first];
            for (int k = 0; k < row.Length; k++) row[k] = Math.Max(0.0, 1.0 - Math.Abs((first + k - center + 0.5) / support));
            double sum = row.Sum();
            for (int k = 0; k < row.Length; k++) row[k] /= sum;
            (starts[target], weights[target]) = (first, row);
        }
    }

    /// <summary>The first source sample of a target sample.</summary>
    internal int Start(int target) => starts[target];

    /// <summary>The weights of a target sample, from <see cref="Start"/> on; they sum to 1.</summary>
    internal ReadOnlySpan<double> Weights(int target) => weights[target];
}
