using Postern.Datasets;
using Postern.Native;
using Postern.Training.Input;

namespace Postern.Defences;

/// <summary>
/// The clean, labelled pictures that a defender holds, ready to be read: those to learn from and those to choose by. Neither is
/// ever among the test pictures.
/// </summary>
/// <param name="dataset">The dataset.</param>
/// <param name="split">Which of its training pictures.</param>
/// <param name="batchSize">Pictures of a batch.</param>
/// <param name="workers">Threads that read.</param>
/// <param name="device">Where batches go.</param>
public sealed class CleanPictures(Dataset dataset, CleanSplit split, int batchSize, int workers, ComputeDevice device)
{
    /// <summary>The pictures to learn from, as evaluation sees pictures; <c>with</c> another augmentation for training.</summary>
    public BatchLoader Tuning { get; } = Loader(dataset, split.Tuning, batchSize, workers, device);

    /// <summary>The same, augmented as the dataset's training pictures are.</summary>
    public BatchLoader Training { get; } = Loader(dataset, split.Tuning, batchSize, workers, device) with
    {
        Augment = Augmentations.Geometry(dataset.Augmentation, "auto", dataset.InputSize),
    };

    /// <summary>The pictures to choose thresholds and hyper-parameters by.</summary>
    public BatchLoader Validation { get; } = Loader(dataset, split.Validation, batchSize, workers, device);

    private static BatchLoader Loader(
        Dataset dataset, IReadOnlyList<int> indices, int batchSize, int workers, ComputeDevice device) =>
        new(new SubsetImageSet(dataset.Train, [.. indices]), dataset.Mean, dataset.Std, dataset.InputSize,
            Augmentations.InTests(dataset), null, batchSize, workers)
        {
            Device = device,
        };
}
