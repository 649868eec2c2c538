using Postern.Defences.Detectors;
using Postern.Defences.Filters;
using Postern.Defences.Repairs;
using Postern.Defences.Scans;
using Postern.Training;
using Postern.Training.Input;

namespace Postern.Defences;

/// <summary>
/// What a defence does, by role. It may have several; what it has not is null. Whoever trains and measures asks for roles, never
/// for the defence's name.
/// </summary>
public sealed record Defence
{
    /// <summary>No defence.</summary>
    public static Defence None { get; } = new();

    /// <summary>Goes over every training picture, clean or poisoned, anew in each epoch.</summary>
    public IInputTransform? InTraining { get; init; }

    /// <summary>Another way to learn from the training pictures, poisoned ones among them.</summary>
    public ITrainingRule? TrainingRule { get; init; }

    /// <summary>Chance that a model's last block is given its tokens in a random order in training; 0 for never.</summary>
    public double TokenShuffle { get; init; }

    /// <summary>Finds poisons in the training set with a model that was trained on it, before the cell's own training.</summary>
    public ITrainingFilter? Filter { get; init; }

    /// <summary>Goes over the test pictures of ACC and ASR.</summary>
    public IInputTransform? InTests { get; init; }

    /// <summary>Gives test pictures scores, by which triggered ones are told from clean ones.</summary>
    public IInputDetector? Detector { get; init; }

    /// <summary>
    /// Whether <see cref="Detector"/> is also asked about a model without a backdoor, of which only false alarms can be told. Not
    /// the detectors by patches: the records of their clean cells have always been without.
    /// </summary>
    public bool DetectsOnCleanModels { get; init; } = true;

    /// <summary>Clean and triggered test pictures that <see cref="Detector"/> is shown, of each at most; 0 for all.</summary>
    public int InspectedPictures { get; init; }

    /// <summary>Makes new weights of trained ones.</summary>
    public IRepair? Repair { get; init; }

    /// <summary>Says of a trained model whether it has a backdoor.</summary>
    public IModelScan? Scan { get; init; }
}
