using Postern.Models;
using Postern.Training.Input;
using Postern.Training.Recipes;

namespace Postern.Defences.Filters;

/// <summary>
/// Finds poisons in a training set, after a model was trained on it; the model is then trained anew on the rest. Immutable.
/// </summary>
public interface ITrainingFilter
{
    /// <summary>Says whom to remove.</summary>
    /// <exception cref="NotApplicableException">It has no answer for this model.</exception>
    FilterVerdict Filter(FilterInputs given);
}

/// <summary>What a filter is given. It is told nothing of the attack, not even whether there was one.</summary>
/// <param name="Model">The model that was trained on the set.</param>
/// <param name="Training">The training pictures as they were trained on, with their labels, as evaluation sees pictures: without
/// random augmentation.</param>
/// <param name="Augmented">The same as training saw them.</param>
/// <param name="Recipe">How the model was trained.</param>
/// <param name="Clean">What the defender holds beside.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Seed">Seed of every draw.</param>
/// <param name="Progress">Hears what share is done, 0 to 1.</param>
/// <param name="Cancel">Stops it.</param>
public sealed record FilterInputs(
    Backbone Model, BatchLoader Training, BatchLoader Augmented, TrainingSettings Recipe, CleanPictures Clean, int Classes,
    long Seed, Action<double> Progress, CancellationToken Cancel)
{
    /// <summary>Makes another network of the same architecture, with initial weights; the caller disposes it.</summary>
    public required Func<Backbone> Another { get; init; }

    /// <summary>The labels that the pictures were trained with.</summary>
    public IReadOnlyList<int> Labels { get; } =
        [.. Enumerable.Range(0, Training.Images.Count).Select(i => Training.Transform?.LabelOf(i, Training.Images.Labels[i])
            ?? Training.Images.Labels[i])];
}

/// <summary>What a filter found.</summary>
/// <param name="Removed">Indices of samples, ascending.</param>
/// <param name="Flagged">Classes that are said to be a backdoor's target; null where the filter does not judge classes.</param>
public sealed record FilterVerdict(IReadOnlyList<int> Removed, IReadOnlyList<int>? Flagged);
