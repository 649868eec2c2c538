using Postern.Imaging;
using Postern.Training;
using Postern.Training.Stages;

namespace Postern.Tests.Training;

public class BatchLoaderTests
{
    private static readonly float[] Mean = [0.5f, 0.4f, 0.3f], Std = [0.25f, 0.2f, 0.125f];

    private static readonly Augmentation Official =
        new(new ResizedCrop([Interpolation.Bilinear, Interpolation.Bicubic]).Apply)
        {
            Color = new RandAugment(9, 2, [Interpolation.Bicubic], RandAugment.FillOf(Mean)).Apply,
            Erasing = new RandomErasing(0.25).Apply,
        };

    private static BatchLoader Loader(Augmentation augmentation, int count = 30, int batch = 8, int workers = 1, ISampleEditor? editor = null) =>
        new(new StripeImages(count, size: 12), Mean, Std, 10, augmentation, editor, batch, workers);

    private static float[] Pixels(BatchLoader loader, IReadOnlyList<int> order, int epoch = 0, long seed = 1)
    {
        var all = new List<float>();
        foreach (Batch batch in loader.Load(order, seed, epoch))
            using (batch) all.AddRange(batch.Images.data<float>());
        return [.. all];
    }

    private static int[] Order(int count) => [.. Enumerable.Range(0, count)];

    [Fact]
    public void Seed_epoch_and_sample_fix_every_draw_whatever_the_thread_count_and_the_neighbours()
    {
        float[] one = Pixels(Loader(Official), Order(30)), many = Pixels(Loader(Official, workers: 6), Order(30));
        Assert.Equal(one, many);
        const int Length = 3 * 10 * 10;
        Assert.Equal(one[(17 * Length)..(18 * Length)], Pixels(Loader(Official), [17]));
        Assert.NotEqual(one, Pixels(Loader(Official), Order(30), epoch: 1));
        Assert.NotEqual(one, Pixels(Loader(Official), Order(30), seed: 2));
    }

    [Fact]
    public void A_colour_stage_moves_no_crop_and_no_box()
    {
        // Without RandAugment the crops and boxes are the same ones, so that two recipes can be compared picture by picture.
        float[] with = Pixels(Loader(Official with { Color = (picture, _, ref _, _) => picture.Fill(0.5f) }), Order(30));
        float[] without = Pixels(Loader(Official with { Color = null }), Order(30));
        float flatRed = (0.5f - Mean[0]) * (1 / Std[0]);
        bool[] erased = [.. with.Chunk(300).SelectMany(p => p[..100]).Select(v => v != flatRed)];
        Assert.Contains(true, erased);
        float[] red = [.. without.Chunk(300).SelectMany(p => p[..100])], noise = [.. with.Chunk(300).SelectMany(p => p[..100])];
        Assert.All(Enumerable.Range(0, red.Length).Where(i => erased[i]), i => Assert.Equal(noise[i], red[i]));
    }

    [Fact]
    public void Stages_come_in_the_order_stored_trigger_geometry_input_trigger_colour_normalisation_erasing()
    {
        List<string> seen = [];
        var editor = new Witness(seen);
        var augmentation = new Augmentation((_, _, target, _, ref _, _) => { seen.Add("geometry"); target.Fill(0.1f); })
        {
            Color = (picture, _, ref _, _) => { seen.Add($"colour of {picture[0]:f1}"); picture.Fill(0.75f); },
            Erasing = (picture, _, ref _, _) => seen.Add($"erasing of {picture[0]:f1}"),
        };
        Pixels(Loader(augmentation, editor: editor), [3]);
        Assert.Equal(["stored", "geometry", "input of 0.1", "colour of 0.9", "erasing of 1.0"], seen);
    }

    [Theory]
    [InlineData(30, 8, 3)]
    [InlineData(32, 8, 4)]
    [InlineData(7, 8, 0)]
    public void Drop_last_leaves_out_what_does_not_fill_a_batch(int count, int batch, int steps)
    {
        BatchLoader loader = Loader(Augmentations.Centre, count, batch) with { DropLast = true };
        Assert.Equal((steps, steps * batch), (loader.Steps(count), loader.Kept(count)));
        Assert.Equal(steps * batch * 300, Pixels(loader, Order(count)).Length);
        Assert.Equal(count * 300, Pixels(loader with { DropLast = false }, Order(count)).Length);
    }

    private sealed class Witness(List<string> seen) : ISampleEditor
    {
        public int LabelOf(int index, int trueLabel) => trueLabel;

        public bool Edits(int index) => true;

        public void EditStored(int index, Span<float> pixels, int size) => seen.Add("stored");

        public void EditInput(int index, Span<float> pixels, int size)
        {
            seen.Add($"input of {pixels[0]:f1}");
            pixels.Fill(0.9f);
        }
    }
}
