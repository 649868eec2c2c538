namespace Postern.Imaging;

/// <summary>
/// Which two samples each result of a plain bilinear resize mixes along one axis, and how: half-pixel centres, the border
/// repeated, no antialiasing. These are the positions and weights (float32) of OpenCV's <c>INTER_LINEAR</c>.
/// </summary>
internal sealed class BilinearTaps
{
    private readonly int[] first, second;
    private readonly float[] weight;

    /// <summary>Taps from <paramref name="sourceLength"/> to <paramref name="targetLength"/> samples, both at least 1.</summary>
    internal BilinearTaps(int sourceLength, int targetLength)
    {
        (first, second, weight) = (new int[targetLength], new int[targetLength], new float[targetLength]);
        double scale = (double)sourceLength / targetLength;
        for (int target = 0; target < targetLength; target++)
        {
            float position = (float)((target + 0.5) * scale - 0.5);
            int at = (int)MathF.Floor(position);
            float rest = position - at;
            if (at < 0) (at, rest) = (0, 0);
            if (at >= sourceLength - 1) (at, rest) = (sourceLength - 1, 0);
            (first[target], second[target], weight[target]) = (at, Math.Min(at + 1, sourceLength - 1), rest);
        }
    }

    /// <summary>The sample at or before each result.</summary>
    internal ReadOnlySpan<int> First => first;

    /// <summary>The sample after it, or the last one.</summary>
    internal ReadOnlySpan<int> Second => second;

    /// <summary>The share of <see cref="Second"/>, 0 to 1; the rest is <see cref="First"/>'s.</summary>
    internal ReadOnlySpan<float> Weight => weight;
}
