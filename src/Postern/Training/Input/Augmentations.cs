using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Training.Input.Stages;

namespace Postern.Training.Input;

/// <summary>The augmentations of the field by name.</summary>
public static class Augmentations
{
    /// <summary>The words of the option <c>augment</c>.</summary>
    internal static readonly string[] Names = ["dataset", "none", "flip-crop", "crop", "rotate", "resized-crop", "official"];

    /// <summary>Side of the largest input for which the programs of DeiT and Vim take the padded crop.</summary>
    internal const int LargestPlainCrop = 32;

    /// <summary>The middle: <see cref="Crops.Centre(ReadOnlySpan{float}, int, Span{float}, int)"/>.</summary>
    public static Augmentation Centre { get; } = new(Crops.Centre) { Region = Crops.CentreRegion };

    /// <summary>What evaluation does to a dataset's pictures: as many pixels as the input has, or as the dataset says.</summary>
    public static Augmentation InTests(Dataset dataset)
    {
        if (dataset.TestCrop is not double share) return Centre;
        var middle = new ResizedMiddle((int)(share * dataset.Test.Size));
        return middle.Side == dataset.InputSize ? Centre : new Augmentation(middle.Apply) { Region = middle.Region };
    }

    /// <summary>Flip and padded crop: <see cref="Crops.FlipCrop"/>.</summary>
    public static Augmentation FlipCrop { get; } = new(Crops.FlipCrop);

    /// <summary>The geometric part of an augmentation.</summary>
    /// <param name="name">One of <see cref="Names"/>, but not <c>dataset</c>.</param>
    /// <param name="interpolation">Of resized crops: <c>auto</c>, <c>bilinear</c>, <c>bicubic</c> or <c>random</c>.</param>
    /// <param name="inputSize">Side of the model's input.</param>
    /// <exception cref="InputException">There is no augmentation of that name.</exception>
    internal static Augmentation Geometry(string name, string interpolation, int inputSize) => name switch
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

    private static Augmentation Resized(Interpolation[] kernels) =>
        new(new ResizedCrop(kernels).Apply) { Region = ResizedCrop.Region };

    /// <summary>The kernels between which a sample draws.</summary>
    internal static Interpolation[] Kernels(string word, Interpolation automatic) => word switch
    {
        "bilinear" => [Interpolation.Bilinear],
        "bicubic" => [Interpolation.Bicubic],
        "random" => [Interpolation.Bilinear, Interpolation.Bicubic],
        _ => [automatic],
    };
}
