using System.Globalization;

namespace Postern.Attacks;

/// <summary>
/// Who is poisoned: a small value made from labels and a seed alone, before any picture is touched.
/// </summary>
/// <param name="Poisoned">Poisoned samples, ascending.</param>
/// <param name="Covers">Cover samples (triggered, label kept), ascending, disjoint from <paramref name="Poisoned"/>.</param>
/// <param name="PoisonLabel">The label that poisoned samples get, or null where they keep theirs (clean-label attacks).</param>
/// <param name="RequestedPoisons">trunc(N * poison rate), in exact decimal arithmetic.</param>
/// <param name="RequestedCovers">trunc(N * cover rate).</param>
public sealed record PoisonPlan(
    IReadOnlyList<int> Poisoned, IReadOnlyList<int> Covers, int? PoisonLabel, int RequestedPoisons, int RequestedCovers)
{
    /// <summary>The plan that touches nothing.</summary>
    public static PoisonPlan Empty { get; } = new([], [], null, 0, 0);

    /// <summary>
    /// One line for the user where the plan holds fewer samples than were asked for, or none at all; otherwise null.
    /// </summary>
    public string? Warning =>
        Poisoned.Count < RequestedPoisons
            ? string.Create(CultureInfo.InvariantCulture,
                $"the poison rate asks for {RequestedPoisons} samples, but only {Poisoned.Count} are eligible; all of "
                    + $"those are poisoned")
        : Covers.Count < RequestedCovers
            ? string.Create(CultureInfo.InvariantCulture,
                $"the cover rate asks for {RequestedCovers} samples, but only {Covers.Count} are left; all of those are covers")
        : Poisoned.Count == 0 && !ReferenceEquals(this, Empty)
        ? "the poison rate gives not a single sample; the training set stays clean"
        : null;

    /// <summary>What the attack's trigger does to a sample.</summary>
    public enum Role
    {
        /// <summary>Left alone.</summary>
        Clean,
        /// <summary>Triggered; label <see cref="PoisonLabel"/>, or its own for clean-label attacks.</summary>
        Poison,
        /// <summary>Triggered; label kept.</summary>
        Cover,
    }

    /// <summary>Rank of sample <paramref name="index"/> among the poisons or covers, and which of the two.</summary>
    public (Role Role, int Rank) Of(int index)
    {
        int rank = Search(Poisoned, index);
        if (rank >= 0) return (Role.Poison, rank);
        rank = Search(Covers, index);
        return rank >= 0 ? (Role.Cover, rank) : (Role.Clean, -1);
    }

    /// <summary>The label that sample <paramref name="index"/> is trained with.</summary>
    public int LabelOf(int index, int trueLabel) =>
        PoisonLabel is int label && Search(Poisoned, index) >= 0 ? label : trueLabel;

    private static int Search(IReadOnlyList<int> sorted, int value)
    {
        int low = 0, high = sorted.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (sorted[middle] == value) return middle;
            if (sorted[middle] < value) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }
}
