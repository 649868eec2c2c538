namespace Postern.Evaluation;

/// <summary>What a detector's scores count or measure, and at which of them it raises the alarm.</summary>
/// <param name="What">In the words of a chart's axis: <c>changed predictions</c>.</param>
/// <param name="Threshold">The score at which the alarm is raised, inclusive but where <see cref="Exclusive"/> says
/// otherwise.</param>
/// <param name="LowRaises">Whether that score or a lower one raises it, rather than that score or a higher one.</param>
/// <param name="Most">The highest score of a detector that counts from 0; null where scores are any numbers.</param>
public sealed record ScoreScale(string What, double Threshold, bool LowRaises, int? Most = null)
{
    /// <summary>Whether the threshold itself raises none: the rule of STRIP.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Whether <paramref name="score"/> raises the alarm.</summary>
    public bool Alarms(double score) => (!Exclusive || score != Threshold)
        && (LowRaises ? score <= Threshold : score >= Threshold);
}
