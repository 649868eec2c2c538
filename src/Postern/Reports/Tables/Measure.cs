using System.Globalization;
using Postern.Evaluation;

namespace Postern.Reports.Tables;

/// <summary>A share measured with one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Share">Counts, value and 95% interval.</param>
public readonly record struct SeedShare(long Seed, Proportion Share);

/// <summary>ACC, ASR or RA over the seeds that are done, each seed with the same weight.</summary>
/// <param name="Seeds">At least one, with counted pictures.</param>
public sealed record Measure(IReadOnlyList<SeedShare> Seeds)
{
    /// <summary>Mean of the seeds' values, a fraction.</summary>
    public double Mean => Seeds.Average(s => s.Share.Value);

    /// <summary>Sample standard deviation of the seeds' values, a fraction; null for a single seed.</summary>
    public double? Sd => Deviation([.. Seeds.Select(s => s.Share.Value)]);

    /// <summary>
    /// What to draw behind the mean: one standard deviation to either side, or the 95% Wilson interval of a single seed; within
    /// [0, 1].
    /// </summary>
    public (double Low, double High) Range =>
        Sd is double sd ? (Math.Max(0, Mean - sd), Math.Min(1, Mean + sd)) : (Seeds[0].Share.Low, Seeds[0].Share.High);

    /// <summary>Pictures that count, over all seeds.</summary>
    public long Hits => Seeds.Sum(s => (long)s.Share.Hits);

    /// <summary>Pictures looked at, over all seeds.</summary>
    public long Total => Seeds.Sum(s => (long)s.Share.Total);

    /// <summary>The measure of those seeds that looked at pictures; null where there is none.</summary>
    public static Measure? Of(IEnumerable<SeedShare> seeds)
    {
        SeedShare[] counted = [.. seeds.Where(s => s.Share.Total > 0)];
        return counted.Length > 0 ? new Measure(counted) : null;
    }

    /// <summary>Sample standard deviation; null for a single value.</summary>
    internal static double? Deviation(IReadOnlyList<double> values)
    {
        if (values.Count < 2) return null;
        double mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }

    /// <summary>A fraction in percent with two digits, invariant, as the paper prints it.</summary>
    public static string Percent(double fraction) => (100 * fraction).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>In percent: <c>93.40</c>, or <c>93.40 ± 0.31</c> over several seeds.</summary>
    public override string ToString() => Sd is double sd ? $"{Percent(Mean)} ± {Percent(sd)}" : Percent(Mean);
}
