using System.Globalization;

namespace Postern.Reports.Tables;

/// <summary>A number from 0 to 1 that is no share of counted pictures (AUROC, DER), over seeds.</summary>
/// <param name="Seeds">One for each seed that has it; at least one.</param>
public sealed record SeedScores(IReadOnlyList<double> Seeds)
{
    /// <summary>Mean over the seeds.</summary>
    public double Mean => Seeds.Average();

    /// <summary>Sample standard deviation of the seeds' numbers; null for a single seed.</summary>
    public double? Sd => Measure.Deviation(Seeds);

    /// <summary>The scores of <paramref name="seeds"/> that are numbers; null where none is.</summary>
    public static SeedScores? Of(IEnumerable<double> seeds)
    {
        double[] known = [.. seeds.Where(double.IsFinite)];
        return known.Length > 0 ? new SeedScores(known) : null;
    }

    /// <summary><c>0.873</c>, or <c>0.873 ± 0.012</c> over several seeds.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000}")
        + (Sd is double sd ? string.Create(CultureInfo.InvariantCulture, $" ± {sd:0.000}") : "");
}
