using Postern.Datasets;
using Postern.Training.Input;
using Postern.Training.Input.Stages;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Tests.Training.Input;

public class AugmentationsTests
{
    private static readonly TrainingSettings Plain = new()
    {
        Epochs = 1,
        BatchSize = 4,
        LearningRate = 1,
        Schedule = new StepSchedule(1, [], 1),
    };

    private static Dataset Of(int stored, int input) => new("stripes", new StripeImages(4, stored),
        new StripeImages(4, stored), input,
        [0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f], 0, "crop", "");

    private static (string Geometry, object? Stage) Names(TrainingSettings settings, int stored, int input)
    {
        GeometricStage geometry = settings.AugmentationFor(Of(stored, input)).Geometry;
        return (geometry.Method.DeclaringType!.Name + "." + geometry.Method.Name, geometry.Target);
    }

    [Fact]
    public void By_default_the_datasets_own_geometry_stands_alone()
    {
        var augmentation = Plain.AugmentationFor(Of(8, 8));
        Assert.Equal("Crops.Crop", Names(Plain, 8, 8).Geometry);
        Assert.Null(augmentation.Color);
        Assert.Null(augmentation.Erasing);
    }

    [Fact]
    public void Official_is_a_padded_crop_at_32_and_a_bicubic_resized_crop_above()
    {
        TrainingSettings official = Plain with { Augmentation = "official" };
        Assert.Equal("Crops.FlipCrop", Names(official, 32, 32).Geometry);
        Assert.Equal([Postern.Imaging.Interpolation.Bicubic],
            Assert.IsType<ResizedCrop>(Names(official, 256, 224).Stage).Kernels);
        Assert.Equal([Postern.Imaging.Interpolation.Bilinear],
            Assert.IsType<ResizedCrop>(Names(Plain with { Augmentation = "resized-crop" }, 256, 224).Stage).Kernels);
        Assert.Equal([Postern.Imaging.Interpolation.Bilinear, Postern.Imaging.Interpolation.Bicubic],
            Assert.IsType<ResizedCrop>(Names(official with { CropInterpolation = "random" }, 256, 224).Stage).Kernels);
    }

    [Fact]
    public void RandAugment_takes_the_place_of_colour_jitter()
    {
        TrainingSettings jitter = Plain with { ColorJitter = 0.3 };
        Assert.IsType<ColorJitter>(jitter.AugmentationFor(Of(8, 8)).Color!.Target);
        RandAugment both =
            Assert.IsType<RandAugment>((jitter with { RandAugmentMagnitude = 9 }).AugmentationFor(Of(8, 8)).Color!.Target);
        Assert.Equal((9, 2), (both.Magnitude, both.Operations));
        Assert.Equal([Postern.Imaging.Interpolation.Bicubic], both.Kernels);
        Assert.Equal(0.25, Assert.IsType<RandomErasing>(
            (Plain with { RandomErasing = 0.25 }).AugmentationFor(Of(8, 8)).Erasing!.Target).Probability);
    }

    [Fact]
    public void An_unknown_name_is_an_error_with_the_nearest_one() =>
        Assert.Contains("flip-crop",
            Assert.Throws<InputException>(() => (Plain with { Augmentation = "flip-crp" }).AugmentationFor(Of(8, 8))).Message);
}
