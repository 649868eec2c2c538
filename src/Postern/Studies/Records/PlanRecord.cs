using Postern.Attacks;

namespace Postern.Studies;

/// <summary><c>plan.json</c>: who is poisoned and with which labels. Arrays of one kind have the same length and order.</summary>
/// <param name="Poisoned">Indices of poisoned training samples, ascending.</param>
/// <param name="PoisonedTrueLabels">Their true classes.</param>
/// <param name="PoisonedLabels">The labels that they are trained with.</param>
/// <param name="Covers">Indices of cover samples, ascending.</param>
/// <param name="CoverLabels">Their labels, which are the true ones.</param>
/// <param name="PoisonLabel">The label that poisoned samples get; null where they keep theirs.</param>
/// <param name="RequestedPoisons">Poisoned samples that the rate asked for.</param>
/// <param name="RequestedCovers">Cover samples that the rate asked for.</param>
public sealed record PlanRecord(
    IReadOnlyList<int> Poisoned, IReadOnlyList<int> PoisonedTrueLabels, IReadOnlyList<int> PoisonedLabels,
    IReadOnlyList<int> Covers, IReadOnlyList<int> CoverLabels, int? PoisonLabel, int RequestedPoisons, int RequestedCovers)
{
    /// <summary>The record of <paramref name="plan"/>.</summary>
    /// <param name="plan">Who is poisoned.</param>
    /// <param name="labels">True class of each training sample.</param>
    public static PlanRecord Of(PoisonPlan plan, IReadOnlyList<int> labels) => new(
        plan.Poisoned, [.. plan.Poisoned.Select(i => labels[i])], [.. plan.Poisoned.Select(i => plan.LabelOf(i, labels[i]))],
        plan.Covers, [.. plan.Covers.Select(i => labels[i])], plan.PoisonLabel, plan.RequestedPoisons, plan.RequestedCovers);

    /// <summary>The plan that was recorded.</summary>
    public PoisonPlan Plan() => new(Poisoned, Covers, PoisonLabel, RequestedPoisons, RequestedCovers);
}
