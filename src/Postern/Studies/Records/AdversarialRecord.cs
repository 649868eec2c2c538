using Postern.Configuration;
using Postern.Evaluation;

namespace Postern.Studies;

/// <summary>
/// <c>adversarial-XXXXXXXX.json</c>: a cell's accuracy under PGD, written anew after each ball, so that an interrupted measure
/// goes on with the next. The digits are a hash of the measure's options: another number of pictures is another file, and the
/// cell's id knows nothing of either.
/// </summary>
/// <param name="Options">What the study asked for.</param>
/// <param name="Weights">Whose accuracy it is.</param>
/// <param name="Clean">Of the same pictures before they are moved.</param>
/// <param name="Balls">By <see cref="AdversarialBall.Key"/>, those that are done.</param>
public sealed record AdversarialRecord(
    IReadOnlyDictionary<string, string> Options, MeasuredWeights Weights, Proportion Clean,
    IReadOnlyDictionary<string, Proportion> Balls)
{
    /// <summary>Whether every ball is measured.</summary>
    public bool IsComplete => AdversarialBall.All.All(b => Balls.ContainsKey(b.Key));

    /// <summary>The file's name for what a study asks for.</summary>
    public static string FileOf(Choice measure) =>
        $"adversarial-{ShortHash.Of(measure.Canonical)}.json";

    /// <summary>The accuracy within <paramref name="ball"/>; null where it is not measured.</summary>
    public Proportion? Within(AdversarialBall ball) => Balls.TryGetValue(ball.Key, out Proportion share) ? share : null;

    /// <summary>Why the counts cannot be true, or null where they can.</summary>
    internal string? Contradiction() =>
        Balls.Values.Append(Clean).Any(s => s.Hits < 0 || s.Hits > s.Total || s.Total != Clean.Total)
            ? "counts of other pictures" : null;
}
