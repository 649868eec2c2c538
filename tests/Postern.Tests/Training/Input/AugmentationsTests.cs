using Postern.Datasets;
using Postern.Imaging;
using Postern.Kernels;
using Postern.Tests.Imaging;
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
        Assert.Equal([Interpolation.Bicubic],
            Assert.IsType<ResizedCrop>(Names(official, 256, 224).Stage).Kernels);
        Assert.Equal([Interpolation.Bilinear],
            Assert.IsType<ResizedCrop>(Names(Plain with { Augmentation = "resized-crop" }, 256, 224).Stage).Kernels);
        Assert.Equal([Interpolation.Bilinear, Interpolation.Bicubic],
            Assert.IsType<ResizedCrop>(Names(official with { CropInterpolation = "random" }, 256, 224).Stage).Kernels);
    }

    [Fact]
    public void A_resized_crop_with_either_kernel_at_32_is_timms_own_loader()
    {
        TrainingSettings mambaOut = Plain with { Augmentation = "resized-crop", CropInterpolation = "random" };
        Assert.Equal([Interpolation.Bilinear, Interpolation.Bicubic],
            Assert.IsType<ResizedCrop>(Names(mambaOut, 32, 32).Stage).Kernels);
    }

    [Theory]
    [InlineData(null, 16)]
    [InlineData(0.875, 16)]
    [InlineData(1.0, 0)]
    [InlineData(0.9375, 8)]
    public void Tests_see_as_much_of_a_picture_as_its_dataset_says(double? crop, int unseen)
    {
        // A black picture with a white frame of one pixel less than is cut off, and then of one more.
        Augmentation tests = Augmentations.InTests(Of(256, 224) with { TestCrop = crop });
        Assert.Equal(0, WhiteSeen(unseen));
        Assert.True(WhiteSeen(unseen + 1) > 0);
        Assert.Equal(new PixelBox(unseen, unseen, 256 - 2 * unseen, 256 - 2 * unseen),
            tests.Region!(256, 224, RandomStream.For(0, "none")));

        float WhiteSeen(int frame)
        {
            float[] picture = new float[3 * 256 * 256], input = new float[3 * 224 * 224];
            for (int i = 0; i < picture.Length; i++)
            {
                int row = i / 256 % 256, column = i % 256;
                bool inside = Math.Min(Math.Min(row, 255 - row), Math.Min(column, 255 - column)) >= frame;
                picture[i] = inside ? 0 : 1;
            }
            RandomStream nothing = RandomStream.For(0, "none");
            tests.Geometry(picture, 256, input, 224, ref nothing, new StageScratch());
            return input.Max();
        }
    }

    [Fact]
    public void MambaOuts_evaluation_is_the_whole_square_resized_bicubically()
    {
        float[] picture = Array.ConvertAll(ImageFileTests.Noise(256, 256, seed: 5).Pixels, v => v / 255f),
            expected = new float[3 * 224 * 224], input = new float[expected.Length];
        new CropResizer().Apply(picture, 256, 0, 0, 256, 256, Interpolation.Bicubic, expected, 224);
        RandomStream nothing = RandomStream.For(0, "none");
        Augmentation tests = Augmentations.InTests(Of(256, 224) with { TestCrop = 1 });
        tests.Geometry(picture, 256, input, 224, ref nothing, new StageScratch());
        Assert.Equal(expected, input);
    }

    [Fact]
    public void RandAugment_takes_the_place_of_colour_jitter()
    {
        TrainingSettings jitter = Plain with { ColorJitter = 0.3 };
        Assert.IsType<ColorJitter>(jitter.AugmentationFor(Of(8, 8)).Color!.Target);
        RandAugment both =
            Assert.IsType<RandAugment>((jitter with { RandAugmentMagnitude = 9 }).AugmentationFor(Of(8, 8)).Color!.Target);
        Assert.Equal((9, 2), (both.Magnitude, both.Operations));
        Assert.Equal([Interpolation.Bicubic], both.Kernels);
        Assert.Equal(0.25, Assert.IsType<RandomErasing>(
            (Plain with { RandomErasing = 0.25 }).AugmentationFor(Of(8, 8)).Erasing!.Target).Probability);
    }

    [Fact]
    public void An_unknown_name_is_an_error_with_the_nearest_one() =>
        Assert.Contains("flip-crop",
            Assert.Throws<InputException>(() => (Plain with { Augmentation = "flip-crp" }).AugmentationFor(Of(8, 8))).Message);
}
