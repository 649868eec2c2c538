namespace Postern.Evaluation;

/// <summary>What a scan of a model's weights said of it.</summary>
/// <param name="Scan">The scan's name.</param>
/// <param name="Weights">The weights that were scanned.</param>
/// <param name="Statistic">What <paramref name="Classes"/> holds.</param>
/// <param name="Classes">[classes], the statistic of each class.</param>
/// <param name="Flagged">Classes that are said to be a backdoor's target; empty for a model that is said to be clean.</param>
public sealed record ScanResult(
    string Scan, MeasuredWeights Weights, string Statistic, IReadOnlyList<double> Classes, IReadOnlyList<int> Flagged)
{
    /// <summary>How suspicious the model as a whole looks, more being worse; null where the scan has no such number.</summary>
    public double? Suspicion { get; init; }

    /// <summary>What <see cref="Suspicion"/> is; null where there is none.</summary>
    public string? SuspicionName { get; init; }

    /// <summary>The published cut of <see cref="Suspicion"/>; null where there is none.</summary>
    public double? Cut { get; init; }

    /// <summary>Suspicion of clean models of the same architecture, trained alike; null where none were asked for.</summary>
    public IReadOnlyList<double>? CleanSuspicions { get; init; }

    /// <summary>Whether the model looks more suspicious than every clean one; null without clean ones.</summary>
    public bool? ExceedsCleanModels =>
        CleanSuspicions is { Count: > 0 } clean && Suspicion is double own ? own > clean.Max() : null;

    /// <summary>The class that looks most like a target, flagged or not; null where the scan names none.</summary>
    public int? Suspect { get; init; }

    /// <summary>Name of the picture in the cell's folder that shows what was found for each class; null for none.</summary>
    public string? TriggersFile { get; init; }
}
