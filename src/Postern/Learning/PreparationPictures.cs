using Postern.Datasets;
using Postern.Kernels;
using Postern.Training;
using Postern.Training.Input;

namespace Postern.Learning;

/// <summary>
/// The pictures that an artifact is made from and the ones it is judged by, both from the training split, so that the test split
/// stays untouched (<c>docs/reference/attacks.md 2.11</c>). The split is a function of seed and count.
/// </summary>
internal sealed class PreparationPictures
{
    private const int MaxHeldOut = 1000;
    private readonly PreparationContext context;
    private readonly int size;

    private PreparationPictures(PreparationContext context, int size, ImageSet learned, ImageSet heldOut)
    {
        (this.context, this.size) = (context, size);
        (Learned, HeldOut) = (learned, heldOut);
    }

    /// <summary>What is learned from.</summary>
    public ImageSet Learned { get; }

    /// <summary>A tenth of the training split, at most 1,000 pictures, for acceptance.</summary>
    public ImageSet HeldOut { get; }

    /// <summary>Holds out, then takes <paramref name="subset"/> of the rest.</summary>
    /// <param name="context">Gives the training split.</param>
    /// <param name="size">Side in pixels of the pictures that loaders give.</param>
    /// <param name="subset">At most so many to learn from; 0 for all that are not held out.</param>
    /// <param name="seed">Decides who.</param>
    /// <exception cref="InputException">A single picture or none.</exception>
    public static PreparationPictures Split(PreparationContext context, int size, int subset, long seed)
    {
        ImageSet all = context.Dataset.Train;
        int heldOut = Math.Clamp(all.Count / 10, Math.Min(all.Count, 1), MaxHeldOut), rest = all.Count - heldOut;
        if (rest == 0)
            throw new InputException(context.Dataset.Name, "has too few training pictures to learn from and to hold some out");
        int[] order = RandomStream.For(seed, "prepare-split").Permutation(all.Count);
        return new PreparationPictures(context, size,
            new SubsetImageSet(all, [.. order.Skip(heldOut).Take(subset == 0 ? rest : Math.Min(subset, rest)).Order()]),
            new SubsetImageSet(all, [.. order.Take(heldOut).Order()]));
    }

    /// <summary>Reads pictures of the dataset in [0, 1].</summary>
    public BatchLoader Plain(ImageSet images, int batchSize) =>
        Loader(images, [0, 0, 0], [1, 1, 1], Augmentations.Centre, batchSize);

    /// <summary>Reads pictures as a classifier sees them, normalised.</summary>
    public BatchLoader Normalised(ImageSet images, Augmentation augment, int batchSize) =>
        Loader(images, context.Dataset.Mean, context.Dataset.Std, augment, batchSize);

    /// <summary>Reads pictures as (x - mean) / std.</summary>
    public BatchLoader Loader(ImageSet images, float[] mean, float[] std, Augmentation augment, int batchSize) =>
        new(images, mean, std, size, augment, null, batchSize, new ThreadBudget(context.Threads).Loaders)
        {
            Device = context.Device,
        };
}
