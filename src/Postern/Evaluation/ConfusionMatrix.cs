namespace Postern.Evaluation;

/// <summary>
/// How many pictures of each class were taken for which class; only pairs that occurred, so that 1,000 classes cost little.
/// </summary>
/// <param name="Counts">By true class, then by predicted class.</param>
public sealed record ConfusionMatrix(IReadOnlyList<ConfusionCount> Counts)
{
    /// <summary>The matrix of parallel lists of true and predicted classes.</summary>
    public static ConfusionMatrix Of(IEnumerable<int> labels, IEnumerable<int> predicted) => new(
    [
        .. labels.Zip(predicted).GroupBy(p => p).OrderBy(g => g.Key)
        .Select(g => new ConfusionCount(g.Key.First, g.Key.Second, g.Count())),
    ]);

    /// <summary>Pictures of class <paramref name="label"/> taken for <paramref name="predicted"/>.</summary>
    public int this[int label, int predicted] =>
        Counts.FirstOrDefault(c => c.Label == label && c.Predicted == predicted)?.Count ?? 0;
}

/// <summary>Pictures of one class that were taken for one class.</summary>
/// <param name="Label">True class.</param>
/// <param name="Predicted">Class with the largest logit.</param>
/// <param name="Count">Pictures, at least 1.</param>
public sealed record ConfusionCount(int Label, int Predicted, int Count);
