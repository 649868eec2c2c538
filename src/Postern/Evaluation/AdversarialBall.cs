using Postern.Learning;

namespace Postern.Evaluation;

/// <summary>A ball around a clean picture within which an adversary may move it.</summary>
/// <param name="Key">Its name in files, e.g. <c>linf_1</c>.</param>
/// <param name="Title">Its name for readers, e.g. <c>L∞ 1/255</c>.</param>
/// <param name="Norm">The ball's norm.</param>
/// <param name="Epsilon">Its radius, for pictures in [0, 1].</param>
public sealed record AdversarialBall(string Key, string Title, PgdNorm Norm, double Epsilon)
{
    // A walk of this many radii in all: an iterate can cross the ball and turn back (Madry et al. 2018).
    private const double Reach = 2.5;

    /// <summary>
    /// The balls that are measured. Tables that have room for one show the first: ordinarily trained networks still differ there,
    /// and have no accuracy left in the largest.
    /// </summary>
    public static IReadOnlyList<AdversarialBall> All { get; } =
    [
        .. new[] { 1, 2, 4, 8 }.Select(n => new AdversarialBall(
            FormattableString.Invariant($"linf_{n}"), FormattableString.Invariant($"L∞ {n}/255"), PgdNorm.LInf, n / 255.0)),
        new("l2_0.5", "L2 0.5", PgdNorm.L2, 0.5),
    ];

    /// <summary>The descent within it.</summary>
    public Pgd Attack(int steps) => new(Norm, Epsilon, Reach * Epsilon / steps, steps);
}
