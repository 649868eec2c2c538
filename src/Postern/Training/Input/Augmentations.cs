using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Training.Input.Stages;
using Postern.Training.Recipes;

namespace Postern.Training.Input;

/// <summary>The augmentations of the field by name, and the one that a cell's settings compose.</summary>
public static class Augmentations
{
    /// <summary>The words of the option <c>augment</c>.</summary>
    internal static readonly string[] Names = ["dataset", "none", "flip-crop", "crop", "rotate", "resized-crop", "official"];

    // The official launchers take the plain crop for inputs of up to this side.
    private const int LargestPlainCrop = 32;

    /// <summary>Evaluation's transform: <see cref="Crops.Centre(ReadOnlySpan{float}, int, Span{float}, int)"/>.</summary>
    public static Augmentation Centre { get; } = new(Crops.Centre) { Region = Crops.CentreRegion };

    /// <summary>Flip and padded crop: <see cref="Crops.FlipCrop"/>.</summary>
    public static Augmentation FlipCrop { get; } = new(Crops.FlipCrop);

    /// <summary>The whole augmentation of a cell's training pictures.</summary>
    /// <param name="settings">The training's settings.</param>
    /// <param name="dataset">Gives its usual augmentation, the input's size and the fill colour (its mean).</param>
    /// <exception cref="InputException">There is no augmentation of that name.</exception>
    public static Augmentation Create(TrainingSettings settings, Dataset dataset)
    {
        string name = settings.Augmentation == "dataset" ? dataset.Augmentation : settings.Augmentation;
        return Geometry(name, settings.CropInterpolation, dataset.InputSize) with
        {
            // As in timm, RandAugment takes the place of colour jitter.
            Color = settings.RandAugmentMagnitude > 0
                    ? new RandAugment(settings.RandAugmentMagnitude, settings.RandAugmentOperations,
                        Kernels(settings.CropInterpolation, Interpolation.Bicubic), RandAugment.FillOf(dataset.Mean)).Apply
                : settings.ColorJitter > 0 ? new ColorJitter(settings.ColorJitter).Apply
                : null,
            Erasing = settings.RandomErasing > 0 ? new RandomErasing(settings.RandomErasing).Apply : null,
        };
    }

    private static Augmentation Geometry(string name, string interpolation, int inputSize) => name switch
    {
        "none" => Centre,
        "flip-crop" => FlipCrop,
        "crop" => new Augmentation(Crops.Crop),
        "rotate" => new Augmentation(Crops.Rotate),
        "resized-crop" => Resized(Kernels(interpolation, Interpolation.Bilinear)),
        "official" when inputSize <= LargestPlainCrop => FlipCrop,
        "official" => Resized(Kernels(interpolation, Interpolation.Bicubic)),
        _ => throw new InputException("augment", $"'{name}' is not an augmentation{NearestName.Hint(name, Names)}"),
    };

    private static Augmentation Resized(Interpolation[] kernels) => new(new ResizedCrop(kernels).Apply) { Region = ResizedCrop.Region };

    /// <summary>The kernels between which a sample draws.</summary>
    private static Interpolation[] Kernels(string word, Interpolation automatic) => word switch
    {
        "bilinear" => [Interpolation.Bilinear],
        "bicubic" => [Interpolation.Bicubic],
        "random" => [Interpolation.Bilinear, Interpolation.Bicubic],
        _ => [automatic],
    };
}
