using System.Globalization;

namespace Postern.Reports.Paper;

/// <summary>What a comparison is about.</summary>
public enum ComparedMeasure
{
    /// <summary>Clean accuracy, in points.</summary>
    Acc,
    /// <summary>Attack success rate, in points; cells without an attack have none.</summary>
    Asr,
    /// <summary>Mean training loss of the last epoch.</summary>
    Loss,
    /// <summary>Distance of ACC and ASR, in points; cells without an attack have none.</summary>
    Gap,
    /// <summary>Accuracy under PGD within the first of <see cref="Postern.Evaluation.AdversarialBall.All"/>, in points.</summary>
    Adversarial,
    /// <summary>
    /// A number that a probe found (<see cref="Comparison.Probe"/>): shares in percent, their changes in points, others as they
    /// are.
    /// </summary>
    Probe,
}

/// <summary>What is claimed of d = left - right, with the margin m.</summary>
public enum Relation
{
    /// <summary>d &gt; m.</summary>
    Greater,
    /// <summary>d &lt; -m.</summary>
    Less,
    /// <summary>-m &lt;= d &lt;= m.</summary>
    Within,
    /// <summary>d &gt;= -m.</summary>
    AtLeast,
    /// <summary>d &lt;= m.</summary>
    AtMost,
}

/// <summary>One side of a comparison: the mean over some cells, less that over others, or a constant.</summary>
/// <param name="Plus">The cells; null for a constant.</param>
/// <param name="Minus">The cells that are taken off; null for none.</param>
/// <param name="Constant">The constant; 0 where there are cells.</param>
public sealed record ComparisonSide(CellSelector? Plus, CellSelector? Minus, decimal Constant)
{
    /// <summary>In words.</summary>
    public override string ToString() => (Plus, Minus) switch
    {
        (null, _) => Constant.ToString(CultureInfo.InvariantCulture),
        (_, null) => Plus.ToString(),
        _ => $"({Plus} − {Minus})",
    };
}

/// <summary>One of the comparisons that a claim stands for.</summary>
/// <param name="Measure">What is compared.</param>
/// <param name="Left">The side that is said to be something.</param>
/// <param name="Relation">What it is said to be.</param>
/// <param name="Right">The side that it is compared with.</param>
/// <param name="Margin">m of the relation, not negative: points, or loss.</param>
public sealed record Comparison(ComparedMeasure Measure, ComparisonSide Left, Relation Relation, ComparisonSide Right,
    decimal Margin)
{
    /// <summary>The probe whose numbers are compared; null for another measure.</summary>
    public string? Probe { get; init; }

    /// <summary>How its values are written.</summary>
    internal string Digits => Measure switch
    {
        ComparedMeasure.Loss => "0.0000",
        ComparedMeasure.Probe => "0.00##",
        _ => "0.00",
    };

    /// <summary>Its means with their signs in left - right.</summary>
    internal IReadOnlyList<(int Sign, CellSelector Cells)> Terms =>
        [.. new[] { (1, Left.Plus), (-1, Left.Minus), (-1, Right.Plus), (1, Right.Minus) }.Where(t => t.Item2 is not null)
            .Select(t => (t.Item1, t.Item2!))];

    /// <summary>In one line: <c>ASR: Vim-t, BadNets > MambaOut-t, BadNets</c>.</summary>
    public override string ToString()
    {
        string margin = Margin.ToString(CultureInfo.InvariantCulture);
        string relation = (Relation, Margin) switch
        {
            (Relation.Greater, 0) => ">",
            (Relation.Less, 0) => "<",
            (Relation.Greater, _) => $"more than {margin} above",
            (Relation.Less, _) => $"more than {margin} below",
            (Relation.Within, _) => $"within {margin} of",
            (Relation.AtLeast, 0) => "≥",
            (Relation.AtMost, 0) => "≤",
            (Relation.AtLeast, _) => $"at most {margin} below",
            _ => $"at most {margin} above",
        };
        string measure = Measure switch
        {
            ComparedMeasure.Loss => "loss",
            ComparedMeasure.Gap => "|ACC − ASR|",
            ComparedMeasure.Adversarial => "ACC under PGD",
            ComparedMeasure.Probe => Probe!,
            _ => Measure.ToString().ToUpperInvariant(),
        };
        return $"{measure}: {Left} {relation} {Right}";
    }
}
