using Postern.Reports.Tables;

namespace Postern.Reports.Paper;

/// <summary>What the measurements say of a claim.</summary>
public enum Verdict
{
    /// <summary>The whole 95% interval is on the claimed side.</summary>
    Holds,
    /// <summary>The whole interval is on the other side.</summary>
    Fails,
    /// <summary>The interval is on both sides, or a part of the comparison or of the claim is not measured.</summary>
    Undecided,
    /// <summary>The study has no finished cells for it.</summary>
    NotMeasured,
}

/// <summary>Cells that a comparison rests on.</summary>
/// <param name="Label">Their names in the study's tables.</param>
/// <param name="Seeds">Seeds that are in the mean.</param>
public sealed record UsedCells(string Label, int Seeds);

/// <summary>What the measurements say of one comparison.</summary>
/// <param name="Comparison">The comparison.</param>
/// <param name="Verdict">Whether it holds.</param>
/// <param name="Left">The left side, points or loss; null where it is not measured.</param>
/// <param name="Right">The right side.</param>
/// <param name="Difference">Left - right with its interval; null where it is not measured. The interval may be infinite.</param>
/// <param name="Published">
/// Left - right of the paper's own numbers on the study's datasets, points; null where it prints none.
/// </param>
/// <param name="Cells">The cells that the means are over.</param>
/// <param name="Missing">
/// What the comparison names and the means are without, with the reason; with anything missing it is not decided.
/// </param>
/// <param name="Settings">How its cells are set otherwise than the paper's, a few words each.</param>
public sealed record ComparisonResult(
    Comparison Comparison, Verdict Verdict, double? Left, double? Right, Estimate? Difference, double? Published,
    IReadOnlyList<UsedCells> Cells, IReadOnlyList<string> Missing, IReadOnlyList<string> Settings)
{
    /// <summary>Whether the paper's own numbers say the opposite of its text.</summary>
    public bool PaperContradictsItself => Published is double own
        && Judge(Comparison.Relation, (double)Comparison.Margin, new Estimate(own, 0, double.PositiveInfinity)) == Verdict.Fails;

    /// <summary>What <paramref name="relation"/> says of a difference with <paramref name="difference"/>'s interval.</summary>
    internal static Verdict Judge(Relation relation, double margin, Estimate difference)
    {
        (double low, double high) = (difference.Low, difference.High);
        (bool holds, bool fails) = relation switch
        {
            Relation.Greater => (low > margin, high < margin),
            Relation.Less => (high < -margin, low > -margin),
            Relation.AtLeast => (low >= -margin, high < -margin),
            Relation.AtMost => (high <= margin, low > margin),
            _ => (low >= -margin && high <= margin, low > margin || high < -margin),
        };
        return holds ? Verdict.Holds : fails ? Verdict.Fails : Verdict.Undecided;
    }
}

/// <summary>What the measurements say of a claim, all comparisons together.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Number">Its place in the list of claims, from 1.</param>
/// <param name="Comparisons">One for each of the claim's comparisons.</param>
public sealed record ClaimResult(Claim Claim, int Number, IReadOnlyList<ComparisonResult> Comparisons)
{
    /// <summary>
    /// Fails where one comparison fails, holds where all hold, not measured where none is measured, else undecided.
    /// </summary>
    public Verdict Verdict =>
        Comparisons.Any(c => c.Verdict == Verdict.Fails) ? Verdict.Fails
        : Comparisons.All(c => c.Verdict == Verdict.Holds) ? Verdict.Holds
        : Comparisons.All(c => c.Verdict == Verdict.NotMeasured) ? Verdict.NotMeasured
        : Verdict.Undecided;

    /// <summary>
    /// The verdict for readers, with the reason where it is not plain: <c>holds</c>, <c>undecided: of 3 comparisons 2 hold, 1 not
    /// measured</c>.
    /// </summary>
    public string Text
    {
        get
        {
            string word = Word(Verdict);
            if (Comparisons.Count == 1 || Comparisons.All(c => c.Verdict == Verdict)) return word;
            IEnumerable<string> counts = Enum.GetValues<Verdict>().Select(v => (v, Comparisons.Count(c => c.Verdict == v)))
                .Where(c => c.Item2 > 0)
                .Select(c => FormattableString.Invariant($"{c.Item2} {(c.Item2 == 1 ? Word(c.v) : Word(c.v).TrimEnd('s'))}"));
            return FormattableString.Invariant($"{word}: of {Comparisons.Count} comparisons {string.Join(", ", counts)}");
        }
    }

    /// <summary>How cells that it rests on are set otherwise than the paper's, in one line; empty where none is.</summary>
    public string Remark => PaperSettings.Text([.. Comparisons.SelectMany(c => c.Settings).Distinct()]);

    /// <summary><c>holds</c>, <c>fails</c>, <c>undecided</c> or <c>not measured</c>.</summary>
    public static string Word(Verdict verdict) =>
        verdict == Verdict.NotMeasured ? "not measured" : verdict.ToString().ToLowerInvariant();
}
