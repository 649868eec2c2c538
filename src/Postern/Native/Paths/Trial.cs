using System.Globalization;
using Postern.Kernels;

namespace Postern.Native.Paths;

/// <summary>What came of trying a candidate.</summary>
public enum TrialOutcome
{
    /// <summary>It gave the plain values.</summary>
    Passed,

    /// <summary>It gave other values, or NaN.</summary>
    Wrong,

    /// <summary>It ended with an error, or ended its process.</summary>
    Crashed,

    /// <summary>This machine does not have it.</summary>
    Unavailable,

    /// <summary>It was not needed, or too dangerous to try where another one passed.</summary>
    NotTried,
}

/// <summary>A candidate and what came of it.</summary>
/// <param name="Candidate">Its name.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Detail">What differed most, or why it was not tried.</param>
/// <param name="Largest">The largest difference as a share of the largest plain value; null where nothing was compared, NaN for
/// NaN.</param>
public sealed record Trial(string Candidate, TrialOutcome Outcome, string Detail, double? Largest = null)
{
    /// <summary>What comparisons say: the worst of them decides.</summary>
    public static Trial Of(string candidate, IEnumerable<Deviation> comparisons)
    {
        Deviation worst = comparisons.MaxBy(c => c.Excess);
        string detail = double.IsNaN(worst.Largest)
            ? $"{worst.What} is not a number"
            : string.Create(CultureInfo.InvariantCulture,
                $"{worst.What} differs by {worst.Largest:g2} of the largest value, {worst.Allowed:g2} allowed");
        return new Trial(candidate, worst.Passes ? TrialOutcome.Passed : TrialOutcome.Wrong, detail, worst.Largest);
    }

    /// <summary>The word for the outcome.</summary>
    public string Word => Outcome switch
    {
        TrialOutcome.Passed => "passed",
        TrialOutcome.Wrong => "wrong",
        TrialOutcome.Crashed => "crashed",
        TrialOutcome.Unavailable => "not here",
        _ => "not tried",
    };
}

/// <summary>What a <see cref="Ladder"/> found of one path.</summary>
/// <param name="Path">The path's name.</param>
/// <param name="Chosen">The candidate in use; null where none passed.</param>
/// <param name="Trials">Every candidate, in the path's order.</param>
/// <param name="IsOptional">Whether only studies in bf16 need it.</param>
public sealed record PathReport(string Path, string? Chosen, IReadOnlyList<Trial> Trials, bool IsOptional = false);
