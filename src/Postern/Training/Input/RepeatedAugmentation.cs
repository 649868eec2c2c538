namespace Postern.Training.Input;

/// <summary>
/// Repeated augmentation (Hoffer et al. 2020) as DeiT's program does it on one process: the pictures of an epoch come several
/// times each, one showing after the other, every one augmented anew; the epoch is as long as ever, rounded down to whole 256s,
/// so that of three showings it holds a third of the pictures (<c>docs/reference/models.md 7.1</c>).
/// </summary>
internal static class RepeatedAugmentation
{
    private const int Multiple = 256;

    /// <summary>How many pictures an epoch shows, each as often as it comes; all of a set too small for the rounding.</summary>
    /// <param name="count">Pictures of the split.</param>
    /// <param name="repeats">How often each comes; 1 leaves the epoch as it is.</param>
    public static int Showings(int count, int repeats) => repeats == 1 || count < Multiple ? count : count / Multiple * Multiple;

    /// <summary>The order of an epoch's showings.</summary>
    /// <param name="shuffled">All pictures of the split in the epoch's order.</param>
    /// <param name="repeats">How often each comes.</param>
    public static int[] Order(int[] shuffled, int repeats) => repeats == 1 ? shuffled
        : [.. Enumerable.Range(0, Showings(shuffled.Length, repeats)).Select(place => shuffled[place / repeats])];
}
