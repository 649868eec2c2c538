using Postern.Configuration;
using Postern.Datasets;
using Postern.Learning;

namespace Postern.Attacks;

/// <summary>From an attack's options to an attack that plants its trigger.</summary>
public static class AttackPreparation
{
    /// <summary>
    /// Makes what was chosen for a dataset and prepares it: with what it has to learn, from the cache or made now, and with what
    /// the dataset decides. Nothing is said yet about whether that is good enough (<see cref="Attack.CheckAcceptance"/>).
    /// </summary>
    /// <param name="choice">The attack and its options.</param>
    /// <param name="context">What it is prepared with.</param>
    /// <returns>Null for <c>none</c>.</returns>
    /// <exception cref="InputException">Options, dataset and picture size do not fit together, or the cache cannot be
    /// used.</exception>
    /// <exception cref="ArtifactMissingException">Something is not in the cache, and the context says that nothing shall be
    /// made.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Attack? Prepare(Choice choice, PreparationContext context) =>
        Create(choice, context.Dataset)?.Prepare(context);

    /// <summary>The same attack before it is prepared: it plans, but plants nothing that has to be learnt first.</summary>
    /// <param name="choice">The attack and its options.</param>
    /// <param name="dataset">What it is for.</param>
    /// <exception cref="InputException">The attack does not fit the dataset, or its options one another.</exception>
    public static Attack? Create(Choice choice, Dataset dataset)
    {
        if (AttackCatalog.Create(choice, dataset.Traits) is not Attack attack) return null;
        // A trigger that does not lie within the pictures ends the run here rather than at its first poison.
        _ = attack.TriggerNotes(attack.PlantedSize(dataset));
        if (attack.TargetClass >= 0 && attack.TargetClass < dataset.Classes) return attack;
        throw choice.Error($"target {attack.TargetClass} is not a class of {dataset.Name}, which has {dataset.Classes}");
    }
}
