using Postern.Models;

namespace Postern.Defences.Scans;

/// <summary>Says of a trained model whether it has a backdoor, and with which target. Immutable.</summary>
public interface IModelScan
{
    /// <summary>Scans the weights, which stay as they are.</summary>
    ScanVerdict Scan(ScanInputs given);
}

/// <summary>What a scan is given.</summary>
/// <param name="Model">The model.</param>
/// <param name="Classes">Its classes.</param>
/// <param name="InputSize">Side of its input.</param>
/// <param name="Clean">What the defender holds, for scans that need pictures.</param>
/// <param name="Seed">Seed of every draw.</param>
/// <param name="Cancel">Stops it.</param>
public sealed record ScanInputs(
    Backbone Model, int Classes, int InputSize, CleanPictures Clean, long Seed, CancellationToken Cancel);

/// <summary>What a scan found.</summary>
/// <param name="Statistic">What <see cref="Classes"/> gives for each class: <c>mask norm</c>, <c>largest margin</c>.</param>
/// <param name="Classes">[classes], the statistic of each class.</param>
/// <param name="Flagged">Classes that are said to be a backdoor's target; empty for a model that is said to be clean.</param>
public sealed record ScanVerdict(string Statistic, IReadOnlyList<double> Classes, IReadOnlyList<int> Flagged)
{
    /// <summary>Whether the model is said to have a backdoor.</summary>
    public bool HasBackdoor => Flagged.Count > 0;
}
