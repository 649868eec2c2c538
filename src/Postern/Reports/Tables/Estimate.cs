using MathNet.Numerics.Distributions;
using Postern.Evaluation;

namespace Postern.Reports.Tables;

/// <summary>A mean with its uncertainty.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Variance">Variance of the mean; infinite where nothing is known about it.</param>
/// <param name="Freedom">Degrees of freedom that the variance was estimated with; infinite where it follows from counts.</param>
public sealed record Estimate(double Value, double Variance, double Freedom)
{
    /// <summary>Half the width of the 95% interval: Student's t, the normal distribution where the freedom is infinite.</summary>
    public double HalfWidth
    {
        get
        {
            if (double.IsInfinity(Variance)) return double.PositiveInfinity;
            double quantile = double.IsInfinity(Freedom) ? Normal.InvCDF(0, 1, 0.975) : StudentT.InvCDF(0, 1, Freedom, 0.975);
            return quantile * Math.Sqrt(Variance);
        }
    }

    /// <summary>Lower end of the 95% interval.</summary>
    public double Low => Value - HalfWidth;

    /// <summary>Upper end of the 95% interval.</summary>
    public double High => Value + HalfWidth;

    /// <summary>
    /// The mean over seeds. Its variance is that of the seeds' values, but never below what the counted pictures alone give; with
    /// one seed it is the latter, which knows nothing of how trainings differ.
    /// </summary>
    /// <param name="values">One value for each seed.</param>
    /// <param name="counted">
    /// Variance of each value from its counted pictures (<see cref="CountVariance"/>); null for values that are no shares.
    /// </param>
    public static Estimate OfSeeds(IReadOnlyList<double> values, IReadOnlyList<double>? counted)
    {
        int n = values.Count;
        double mean = values.Average(), floor = counted is null ? 0 : counted.Sum() / ((double)n * n);
        if (n == 1) return new Estimate(mean, counted is null ? double.PositiveInfinity : floor, double.PositiveInfinity);
        double between = values.Sum(v => (v - mean) * (v - mean)) / (n - 1) / n;
        return new Estimate(mean, Math.Max(between, floor), n - 1);
    }

    /// <summary>
    /// Binomial variance of a share, with two hits and two misses added to the share (Agresti and Coull 1998), so that 0% and
    /// 100% of few pictures are not taken for certain.
    /// </summary>
    public static double CountVariance(Proportion share)
    {
        double p = (share.Hits + 2.0) / (share.Total + 4.0);
        return p * (1 - p) / share.Total;
    }

    /// <summary>The sum of independent estimates with signs; the freedom is Welch's and Satterthwaite's (Welch 1947).</summary>
    public static Estimate Sum(IReadOnlyList<(int Sign, Estimate Term)> terms)
    {
        double variance = terms.Sum(t => t.Term.Variance);
        double spread = terms.Where(t => double.IsFinite(t.Term.Freedom))
            .Sum(t => t.Term.Variance * t.Term.Variance / t.Term.Freedom);
        double freedom = spread > 0 && double.IsFinite(variance) ? variance * variance / spread : double.PositiveInfinity;
        return new Estimate(terms.Sum(t => t.Sign * t.Term.Value), variance, freedom);
    }
}
