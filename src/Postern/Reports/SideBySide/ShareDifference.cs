using System.Globalization;
using Postern.Evaluation;
using Postern.Reports.Paper;

namespace Postern.Reports.SideBySide;

/// <summary>ACC or ASR on both sides and their difference.</summary>
/// <param name="Before">The first side; null where nothing was measured.</param>
/// <param name="After">The second side; null where nothing was measured.</param>
public sealed record ShareDifference(Measure? Before, Measure? After)
{
    /// <summary>
    /// After - before, a fraction, with its 95% interval: Welch's over the seeds, and that of the counted pictures where a side has a
    /// single seed; null unless both sides are measured.
    /// </summary>
    public Estimate? Difference => Before is null || After is null ? null : Estimate.Sum([(1, Of(After)), (-1, Of(Before))]);

    /// <summary>Whether a side has a single seed, so that the interval knows only the chance of the test pictures.</summary>
    public bool HasSingleSeed => Before?.Seeds.Count == 1 || After?.Seeds.Count == 1;

    /// <summary>Whether the interval excludes no difference; false also where nothing can be said.</summary>
    public bool IsOutside => Difference is Estimate d && (d.Low > 0 || d.High < 0);

    /// <summary>In points: <c>+1.20 (-0.31 to +2.71) within</c>; empty unless both sides are measured.</summary>
    public override string ToString() => Difference is not Estimate d ? ""
        : $"{Points(d.Value)} ({Points(d.Low)} to {Points(d.High)}) {(IsOutside ? "OUTSIDE" : "within")}{(HasSingleSeed ? "¹" : "")}";

    // The interval of a difference of shares ends at 100 points, whatever its variance.
    private static string Points(double fraction) => (100 * Math.Clamp(fraction, -1, 1)).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    private static Estimate Of(Measure measure)
    {
        Proportion[] shares = [.. measure.Seeds.Select(s => s.Share)];
        return Estimate.OfSeeds([.. shares.Select(s => s.Value)], [.. shares.Select(Estimate.CountVariance)]);
    }
}
