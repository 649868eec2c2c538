namespace Postern.Evaluation;

/// <summary>What a scan of a model's weights said of it.</summary>
/// <param name="Scan">The scan's name.</param>
/// <param name="Weights">The weights that were scanned.</param>
/// <param name="Statistic">What <paramref name="Classes"/> holds.</param>
/// <param name="Classes">[classes], the statistic of each class.</param>
/// <param name="Flagged">Classes that are said to be a backdoor's target; empty for a model that is said to be clean.</param>
public sealed record ScanResult(
    string Scan, MeasuredWeights Weights, string Statistic, IReadOnlyList<double> Classes, IReadOnlyList<int> Flagged);
