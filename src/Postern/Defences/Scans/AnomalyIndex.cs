namespace Postern.Defences.Scans;

/// <summary>
/// Which of some statistics lies far from the others (Neural Cleanse; <c>docs/reference/defences.md 16</c>):
/// |v - median| / (1.4826 MAD), with the ordinary median, which is the mean of the two middle values of an even count. Official
/// code takes the lower one, on which a verdict can hang.
/// </summary>
/// <param name="Median">The median.</param>
/// <param name="Mad">The median of |v - median|.</param>
/// <param name="Index">[classes].</param>
internal sealed record AnomalyIndex(double Median, double Mad, IReadOnlyList<double> Index)
{
    private const double NormalConsistency = 1.4826;

    /// <summary>The indices of <paramref name="values"/>, at least one.</summary>
    public static AnomalyIndex Of(IReadOnlyList<double> values)
    {
        double median = MedianOf(values), mad = MedianOf([.. values.Select(v => Math.Abs(v - median))]);
        // Where more than half of the values are equal, any other is infinitely far.
        return new AnomalyIndex(median, mad, [.. values.Select(v => v == median ? 0
            : Math.Abs(v - median) / (NormalConsistency * mad))]);
    }

    /// <summary>The classes whose index exceeds <paramref name="cut"/> and whose value is below the median.</summary>
    public IReadOnlyList<int> Small(IReadOnlyList<double> values, double cut) =>
        [.. Enumerable.Range(0, values.Count).Where(c => Index[c] > cut && values[c] < Median)];

    /// <summary>The highest index among the values below the median; 0 where there is none.</summary>
    public double LargestBelow(IReadOnlyList<double> values) =>
        Enumerable.Range(0, values.Count).Where(c => values[c] < Median).Select(c => Index[c]).DefaultIfEmpty(0).Max();

    /// <summary>The ordinary median.</summary>
    public static double MedianOf(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
