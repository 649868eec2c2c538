using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Attacks;

/// <summary>A named attack: what it is, what a study may set, how it is made.</summary>
/// <param name="Name">Name in the study file.</param>
/// <param name="Summary">One line for listings.</param>
/// <param name="Kind">What its trigger is: <c>patch</c>, <c>blend</c>, <c>pixel</c>, <c>signal</c>, <c>warp</c>, <c>encoder</c>,
/// <c>generator</c>, <c>reflection</c>; <c>clean</c> for no attack, <c>stored</c> for pictures that carry one already.</param>
/// <param name="Options">What a study may set; the defaults are the paper's CIFAR-10 values where it gives them.</param>
/// <param name="Make">The attack of the resolved options, for a dataset; null for no attack.</param>
public sealed record AttackEntry(
    string Name, string Summary, string Kind, IReadOnlyList<OptionInfo> Options, Func<Choice, DatasetTraits, Attack?> Make)
    : ICatalogEntry
{
    /// <summary>Whether poisoned samples keep their true label.</summary>
    public bool CleanLabel { get; init; }

    /// <summary>Whether the trigger is plain to see in a natural photograph at its default strength.</summary>
    public bool Visible { get; init; }

    /// <summary>Whether something is trained before the trigger can be planted.</summary>
    public bool Learned { get; init; }

    /// <summary>Whether it plants a trigger into pictures that it is given; no attack does not, nor do pictures that carry one.
    /// </summary>
    public bool Plants { get; init; } = true;

    /// <summary>
    /// The options of a learned attack that decide who is poisoned and how what was learnt is used, but not what is learnt:
    /// attacks that differ in nothing else share what they learn.
    /// </summary>
    public IReadOnlyList<string> PlanOptions { get; init; } = [];

    /// <summary>
    /// Edition of the drawing that is planted where a study names no <c>trigger</c>, for drawings that have been drawn anew: it
    /// counts in a cell's id as a file's content would. Empty where the first one still stands.
    /// </summary>
    public string Drawing { get; init; } = "";

    /// <summary>The options that may be left to the pictures, beside <c>trigger_stage</c>, which all attacks share.</summary>
    public IReadOnlyList<AutoOption> Autos { get; init; } = [];

    /// <summary>Who published it, for listings and reports.</summary>
    public string Source { get; init; } = "";

    /// <summary>The paper's poisoning budget per dataset (<c>docs/reference/attacks.md 1.3</c>).</summary>
    public IReadOnlyList<PublishedBudget> Published { get; init; } = [];

    /// <summary>
    /// What a choice's values stand for where triggers are planted into <paramref name="pictures"/>, by option: every value but
    /// <c>auto</c> for itself.
    /// </summary>
    public IReadOnlyDictionary<string, string> ValuesOn(Choice choice, PlantedPictures pictures)
    {
        var values = new SortedDictionary<string, string>(choice.Values.ToDictionary(), StringComparer.Ordinal);
        foreach (AutoOption option in Autos.Append(AttackOptions.AutoStage))
        {
            if (values.GetValueOrDefault(option.Name) == AutoOption.Word)
                values[option.Name] = option.Value(choice, pictures);
        }
        return values;
    }
}

/// <summary>How much of a training set the paper poisons.</summary>
/// <param name="Dataset">Catalogue name of the dataset.</param>
/// <param name="PoisonRate">Poisons, as a fraction of the whole training set.</param>
/// <param name="CoverRate">Covers, as a fraction of the whole training set.</param>
public sealed record PublishedBudget(string Dataset, decimal PoisonRate, decimal CoverRate = 0);
