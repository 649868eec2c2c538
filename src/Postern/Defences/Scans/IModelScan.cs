using Postern.Models;

namespace Postern.Defences.Scans;

/// <summary>Says of a trained model whether it has a backdoor, and with which target. Immutable.</summary>
public interface IModelScan
{
    /// <summary>Scans the weights, which stay as they are.</summary>
    /// <exception cref="NotApplicableException">It has no answer for this model.</exception>
    ScanVerdict Scan(ScanInputs given);
}

/// <summary>What a scan is given.</summary>
/// <param name="Model">The model.</param>
/// <param name="Classes">Its classes.</param>
/// <param name="InputSize">Side of its input.</param>
/// <param name="Clean">What the defender holds, for scans that need pictures.</param>
/// <param name="Seed">Seed of every draw.</param>
/// <param name="Progress">Hears what share is done, 0 to 1.</param>
/// <param name="Cancel">Stops it.</param>
public sealed record ScanInputs(
    Backbone Model, int Classes, int InputSize, CleanPictures Clean, long Seed, Action<double> Progress,
    CancellationToken Cancel);

/// <summary>What a scan found.</summary>
/// <param name="Statistic">What <see cref="Classes"/> gives for each class: <c>mask norm</c>, <c>largest margin</c>.</param>
/// <param name="Classes">[classes], the statistic of each class.</param>
/// <param name="Flagged">Classes that are said to be a backdoor's target; empty for a model that is said to be clean.</param>
public sealed record ScanVerdict(string Statistic, IReadOnlyList<double> Classes, IReadOnlyList<int> Flagged)
{
    /// <summary>How suspicious the model as a whole looks, more being worse: what clean models are compared by; null for none.
    /// </summary>
    public double? Suspicion { get; init; }

    /// <summary>What <see cref="Suspicion"/> is: <c>anomaly index</c>.</summary>
    public string? SuspicionName { get; init; }

    /// <summary>The published cut: <see cref="Suspicion"/> above it says that there is a backdoor.</summary>
    public double? Cut { get; init; }

    /// <summary>The class that looks most like a target, flagged or not.</summary>
    public int? Suspect { get; init; }

    /// <summary>[classes], the trigger found for each class as a picture, [3, S, S] in [0, 1]; null where none is searched for.
    /// </summary>
    public IReadOnlyList<float[]>? Triggers { get; init; }

    /// <summary>Whether the model is said to have a backdoor.</summary>
    public bool HasBackdoor => Flagged.Count > 0;
}
