namespace Postern.Imaging;

/// <summary>
/// The weights of antialiased resampling along one axis, as Pillow computes them: a kernel whose unit is one source pixel, or one
/// target pixel where the picture shrinks; cut off at the border and normalised. Can be set up again and again without
/// allocating.
/// </summary>
internal sealed class ResamplingFilter
{
    private int stride;
    private int[] starts = [], counts = [];
    private double[] weights = [];

    /// <summary>Weights from <paramref name="sourceLength"/> to <paramref name="targetLength"/> samples.</summary>
    internal ResamplingFilter(Interpolation interpolation, int sourceLength, int targetLength) =>
        Set(interpolation, sourceLength, targetLength);

    /// <summary>A filter to be set up later.</summary>
    internal ResamplingFilter() { }

    /// <summary>Takes the weights from <paramref name="sourceLength"/> to <paramref name="targetLength"/> samples.</summary>
    internal void Set(Interpolation interpolation, int sourceLength, int targetLength)
    {
        double scale = (double)sourceLength / targetLength, unit = Math.Max(scale, 1.0);
        double support = interpolation == Interpolation.Bicubic ? 2 * unit : unit;
        stride = (int)Math.Ceiling(support) * 2 + 1;
        if (starts.Length < targetLength) (starts, counts) = (new int[targetLength], new int[targetLength]);
        if (weights.Length < targetLength * stride) weights = new double[targetLength * stride];
        for (int target = 0; target < targetLength; target++)
        {
            double center = (target + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0);
            int end = Math.Min((int)(center + support + 0.5), sourceLength);
            Span<double> row = weights.AsSpan(target * stride, end - first);
            double sum = 0;
            for (int k = 0; k < row.Length; k++)
            {
                double distance = Math.Abs((first + k - center + 0.5) / unit);
                row[k] = interpolation == Interpolation.Bicubic ? Cubic(distance) : Math.Max(0.0, 1.0 - distance);
                sum += row[k];
            }
            for (int k = 0; k < row.Length; k++) row[k] /= sum;
            (starts[target], counts[target]) = (first, row.Length);
        }
    }

    /// <summary>The first source sample of a target sample.</summary>
    internal int Start(int target) => starts[target];

    /// <summary>The weights of a target sample, from <see cref="Start"/> on; they sum to 1.</summary>
    internal ReadOnlySpan<double> Weights(int target) => weights.AsSpan(target * stride, counts[target]);

    // Keys (1981) with a = -0.5.
    private static double Cubic(double x) => x switch
    {
        < 1 => (1.5 * x - 2.5) * x * x + 1,
        < 2 => ((-0.5 * x + 2.5) * x - 4) * x + 2,
        _ => 0,
    };
}
