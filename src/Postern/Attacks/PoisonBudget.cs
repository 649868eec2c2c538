using Postern.Kernels;

namespace Postern.Attacks;

/// <summary>
/// How many samples an attack poisons and covers, and the general scheme that chooses them (scheme G,
/// <c>docs/reference/attacks.md 1.2</c>).
/// </summary>
/// <param name="PoisonRate">Poisons, as a fraction of the whole training set.</param>
/// <param name="CoverRate">Covers, as a fraction of the whole training set.</param>
public sealed record PoisonBudget(decimal PoisonRate, decimal CoverRate = 0)
{
    /// <summary>
    /// Whether samples of the target class are spared as poisons (the paper) or not (the toolbox); covers may have any class.
    /// </summary>
    public bool ExcludeTarget { get; init; } = true;

    /// <summary>
    /// Goes through the samples in random order: the first eligible ones are poisons, the next ones are covers. Both lists are
    /// sorted and disjoint, and poisons get the target label. Where too few are eligible, all of them are taken.
    /// </summary>
    /// <param name="labels">True class of each training sample.</param>
    /// <param name="targetClass">y_t.</param>
    /// <param name="seed">The cell's seed; it alone decides who is chosen.</param>
    public PoisonPlan UniformPlan(IReadOnlyList<int> labels, int targetClass, long seed) =>
        FromPools(labels, label => !ExcludeTarget || label != targetClass, _ => true, targetClass, seed);

    /// <summary>
    /// As <see cref="UniformPlan"/>, for attacks whose poisons and covers come from pools of classes of their own. Rates stay
    /// fractions of the whole set; a pool that is smaller than its share is used up, and the plan warns.
    /// </summary>
    /// <param name="labels">True class of each training sample.</param>
    /// <param name="mayPoison">Whether a class is in the pool of poisons.</param>
    /// <param name="mayCover">Whether a class is in the pool of covers; a sample is never both.</param>
    /// <param name="poisonLabel">The label of poisons, or null where they keep theirs (clean-label attacks).</param>
    /// <param name="seed">The cell's seed.</param>
    public PoisonPlan FromPools(
        IReadOnlyList<int> labels, Func<int, bool> mayPoison, Func<int, bool> mayCover, int? poisonLabel, long seed)
    {
        int wantedPoisons = Count(labels.Count, PoisonRate), wantedCovers = Count(labels.Count, CoverRate);
        var poisoned = new List<int>();
        var covers = new List<int>();
        foreach (int index in RandomStream.For(seed, "plan").Permutation(labels.Count))
        {
            if (poisoned.Count < wantedPoisons && mayPoison(labels[index])) poisoned.Add(index);
            else if (covers.Count < wantedCovers && mayCover(labels[index])) covers.Add(index);
        }
        poisoned.Sort();
        covers.Sort();
        return new PoisonPlan(poisoned, covers, poisonLabel, wantedPoisons, wantedCovers);
    }

    /// <summary>
    /// trunc(<paramref name="samples"/> * <paramref name="rate"/>), exact: 0.009 of 50,000 is 450, where the toolbox's double
    /// arithmetic gives 449.
    /// </summary>
    public static int Count(int samples, decimal rate) => (int)decimal.Truncate(samples * rate);
}
