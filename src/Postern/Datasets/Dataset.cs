namespace Postern.Datasets;

/// <summary>
/// A dataset ready for a cell: both splits and the constants of <c>docs/reference/attacks.md 1.1</c>.
/// </summary>
/// <param name="Name">Catalogue name: <c>cifar10</c>, <c>gtsrb</c>, <c>folder</c>, <c>imagenet</c>, <c>signs</c>.</param>
/// <param name="Train">Training split.</param>
/// <param name="Test">Test split.</param>
/// <param name="InputSize">
/// Side of the model's input: equal to <see cref="ImageSet.Size"/>, or smaller where a crop follows (256 to 224).
/// </param>
/// <param name="Mean">Per-channel mean for normalisation, of [0, 1] values.</param>
/// <param name="Std">Per-channel standard deviation for normalisation.</param>
/// <param name="TargetClass">The field's usual target class of this dataset.</param>
/// <param name="Augmentation">
/// Name of its light training augmentation: <c>flip-crop</c>, <c>rotate</c>, <c>crop</c>, <c>resized-crop</c>.
/// </param>
/// <param name="Layout">How it lay on disk, e.g. <c>CIFAR-10 python batches</c>.</param>
public sealed record Dataset(
    string Name, ImageSet Train, ImageSet Test, int InputSize, float[] Mean, float[] Std, int TargetClass, string Augmentation,
    string Layout)
    : IDisposable
{
    /// <summary>
    /// Share of a stored picture's side that tests see of its middle, resized to the input; null for as many pixels as the input
    /// has.
    /// </summary>
    public double? TestCrop { get; init; }

    /// <summary>
    /// What may surprise about what was found on disk and how it was read, a sentence each: said when a run begins and by
    /// <c>postern data info</c>, and recorded.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Number of classes.</summary>
    public int Classes => Train.ClassNames.Count;

    /// <summary>
    /// The training pictures that a defender holds clean copies of, drawn anew each time it is asked for; the same ones.
    /// </summary>
    public CleanSplit CleanSplit => CleanSplit.Draw(Train);

    /// <summary>What an attack asks of it.</summary>
    public DatasetTraits Traits => new(Name, TargetClass) { ClassNames = Train.ClassNames };

    /// <summary>Releases both splits.</summary>
    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }
}
