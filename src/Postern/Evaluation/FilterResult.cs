using Postern.Attacks;

namespace Postern.Evaluation;

/// <summary>How well a filter told poisons from clean training samples; covers count as clean ones of a poisoned set.</summary>
/// <param name="TruePositives">TPR: removed poisons, of all poisons.</param>
/// <param name="FalsePositives">FPR: removed samples that are no poisons, of all that are none.</param>
/// <param name="PerClass">[classes], removed samples of each label as trained, of all with it.</param>
/// <param name="Flagged">Classes that it calls a backdoor's target; null where it does not judge classes.</param>
public sealed record FilterResult(
    Proportion TruePositives, Proportion FalsePositives, IReadOnlyList<Proportion> PerClass, IReadOnlyList<int>? Flagged)
{
    /// <summary>Counts what was removed.</summary>
    /// <param name="removed">Indices of samples.</param>
    /// <param name="flagged">Classes that it calls a target.</param>
    /// <param name="plan">Who is poisoned.</param>
    /// <param name="labels">The samples' true labels.</param>
    /// <param name="classes">Number of classes.</param>
    public static FilterResult Of(
        IReadOnlyList<int> removed, IReadOnlyList<int>? flagged, PoisonPlan plan, IReadOnlyList<int> labels, int classes)
    {
        HashSet<int> gone = [.. removed], poisons = [.. plan.Poisoned];
        int found = gone.Count(poisons.Contains);
        int[] trained = [.. labels.Select((label, i) => plan.LabelOf(i, label))];
        return new FilterResult(new Proportion(found, poisons.Count),
            new Proportion(gone.Count - found, labels.Count - poisons.Count),
            [.. Enumerable.Range(0, classes)
                .Select(c => new Proportion(gone.Count(i => trained[i] == c), trained.Count(l => l == c)))],
            flagged);
    }
}
