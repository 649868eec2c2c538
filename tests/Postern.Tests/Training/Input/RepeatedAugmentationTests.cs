using Postern.Training.Input;
using Postern.Training.Input.Stages;

namespace Postern.Tests.Training.Input;

/// <summary>DeiT's sampler on one process: three showings of a picture follow each other, the epoch keeps its length.</summary>
public class RepeatedAugmentationTests
{
    private static BatchLoader Loader(int count, int repeats, IInputTransform? defence = null) =>
        new(new StripeImages(count, size: 12), [0, 0, 0], [1, 1, 1], 12, new Augmentation(Crops.FlipCrop), null, 6, Workers: 3)
        {
            Repeats = repeats,
            InputTransform = defence,
        };

    [Theory]
    [InlineData(1_281_167, 3, 1_281_024)]
    [InlineData(50_000, 3, 49_920)]
    [InlineData(256, 3, 256)]
    [InlineData(255, 3, 255)]
    [InlineData(50_000, 1, 50_000)]
    public void An_epoch_is_as_long_as_ever_but_for_what_fills_no_256(int count, int repeats, int showings) =>
        Assert.Equal(showings, RepeatedAugmentation.Showings(count, repeats));

    [Fact]
    public void Each_picture_of_an_epoch_comes_three_times_in_a_row_and_every_epoch_has_others()
    {
        BatchLoader loader = Loader(600, repeats: 3);
        int[] first = loader.EpochOrder(seed: 1, epoch: 0), second = loader.EpochOrder(seed: 1, epoch: 1);
        Assert.Equal((512, 512), (first.Length, loader.EpochLength));
        Assert.All(first.Chunk(3), showings => Assert.Single(showings.Distinct()));
        Assert.Equal(171, first.Distinct().Count());
        Assert.Equal(BatchLoader.ShuffledOrder(600, 1, 0)[..171], first.Distinct());
        Assert.NotEqual(first, second);
        Assert.Equal(BatchLoader.ShuffledOrder(600, 1, 0), (loader with { Repeats = 1 }).EpochOrder(1, 0));
    }

    [Fact]
    public void Showings_of_a_picture_are_augmented_apart_and_the_first_as_in_a_plain_epoch()
    {
        BatchLoader repeated = Loader(30, repeats: 3), plain = Loader(30, repeats: 1);
        int[] order = repeated.EpochOrder(seed: 1, epoch: 2);
        float[][] showings = Pictures(repeated, order), alone = Pictures(plain, [.. order.Distinct()]);
        Assert.Equal(alone, showings.Where((_, place) => place % 3 == 0));
        Assert.True(showings.Chunk(3).Count(s => !s[0].SequenceEqual(s[1]) && !s[0].SequenceEqual(s[2])) > 5);
        Assert.Equal(showings, Pictures(repeated with { Workers = 1 }, order));
    }

    [Fact]
    public void What_stands_after_augmentation_is_told_which_showing_it_is()
    {
        BatchLoader loader = Loader(30, repeats: 3, new ShowingStamp());
        float[][] pictures = Pictures(loader, loader.EpochOrder(1, 0));
        Assert.Equal(Enumerable.Range(0, 30).Select(place => place % 3f), pictures.Select(p => p[0]));
    }

    private static float[][] Pictures(BatchLoader loader, int[] order)
    {
        var all = new List<float[]>();
        foreach (Batch batch in loader.Load(order, seed: 1, epoch: 2))
            using (batch) all.AddRange(batch.Images.data<float>().ToArray().Chunk(3 * 12 * 12));
        return [.. all];
    }

    /// <summary>Writes the showing's number into the picture.</summary>
    private sealed class ShowingStamp : IInputTransform
    {
        public void Apply(Span<float> picture, int size, in SamplePlace place) => picture[0] = place.Showing;
    }
}
