using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Tables;

namespace Postern.Reports.SideBySide;

/// <summary>ACC or ASR on both sides and their difference.</summary>
/// <param name="Before">The first side; null where nothing was measured.</param>
/// <param name="After">The second side; null where nothing was measured.</param>
public sealed record ShareDifference(Measure? Before, Measure? After)
{
    /// <summary>
    /// After - before, a fraction, with its 95% interval: Welch's over the seeds, and that of the counted pictures where a side
    /// has a single seed; null unless both sides are measured.
    /// </summary>
    public Estimate? Difference => Before is null || After is null ? null : Estimate.Sum([(1, Of(After)), (-1, Of(Before))]);

    /// <summary>Whether a side has a single seed, so that the interval knows only the chance of the test pictures.</summary>
    public bool HasSingleSeed => Before?.Seeds.Count == 1 || After?.Seeds.Count == 1;

    /// <summary>Whether the interval excludes no difference; false also where nothing can be said.</summary>
    public bool IsOutside => Difference is Estimate d && (d.Low > 0 || d.High < 0);

    /// <summary>In points, with half of the interval: <c>+1.20 ± 1.51 within</c>; empty unless both sides are measured.</summary>
    public override string ToString() => Difference is not Estimate d ? ""
        : string.Create(CultureInfo.InvariantCulture,
            $"{100 * d.Value:+0.00;-0.00;0.00} ± {100 * d.HalfWidth:0.00} "
                + $"{(IsOutside ? "OUTSIDE" : "within")}{(HasSingleSeed ? "¹" : "")}");

    private static Estimate Of(Measure measure)
    {
        Proportion[] shares = [.. measure.Seeds.Select(s => s.Share)];
        return Estimate.OfSeeds([.. shares.Select(s => s.Value)], [.. shares.Select(Estimate.CountVariance)]);
    }
}
