using Postern.Datasets;
using Postern.Imaging;
using Postern.Kernels;
using Postern.Native;
using Postern.Tests.Imaging;
using Postern.Training.Input;
using Postern.Training.Input.Stages;

namespace Postern.Tests.Training.Input;

public class BatchLoaderTests
{
    private static readonly float[] Mean = [0.5f, 0.4f, 0.3f], Std = [0.25f, 0.2f, 0.125f];

    private static readonly Augmentation Official =
        new(new ResizedCrop([Interpolation.Bilinear, Interpolation.Bicubic]).Apply)
        {
            Color = new RandAugment(9, 2, [Interpolation.Bicubic], RandAugment.FillOf(Mean)).Apply,
            Erasing = new RandomErasing(0.25).Apply,
        };

    private static BatchLoader Loader(
        Augmentation augmentation, int count = 30, int batch = 8, int workers = 1, ISampleTransform? transform = null) =>
        new(new StripeImages(count, size: 12), Mean, Std, 10, augmentation, transform, batch, workers);

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
    public void Batches_go_to_the_device_of_the_run_and_leave_their_memory_to_the_next()
    {
        var seen = new List<int>();
        BatchLoader loader = Loader(Official) with { Device = new ComputeDevice("meta") };
        foreach (Batch batch in loader.Load(Order(30), 1, 0))
        {
            using (batch)
            {
                Assert.Equal(TorchSharp.DeviceType.META, batch.Images.device_type);
                Assert.Equal(TorchSharp.DeviceType.META, batch.Labels.device_type);
                Assert.Equal([batch.Indices.Count, 3, 10, 10], batch.Images.shape);
                seen.AddRange(batch.Indices);
            }
        }
        Assert.Equal(Order(30), seen);
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
        var transform = new Witness(seen);
        var augmentation = new Augmentation((_, _, target, _, ref _, _) => { seen.Add("geometry"); target.Fill(0.1f); })
        {
            Color = (picture, _, ref _, _) => { seen.Add($"colour of {picture[0]:f1}"); picture.Fill(0.75f); },
            Erasing = (picture, _, ref _, _) => seen.Add($"erasing of {picture[0]:f1}"),
        };
        Pixels(Loader(augmentation, transform: transform), [3]);
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

    [Fact]
    public void A_stage_looks_at_nothing_outside_its_region()
    {
        var crop = new ResizedCrop([Interpolation.Bilinear, Interpolation.Bicubic]);
        Augmentation[] cropping = [Augmentations.Centre, new(crop.Apply) { Region = ResizedCrop.Region }];
        float[] picture = Array.ConvertAll(ImageFileTests.Noise(32, 32, seed: 1).Pixels, v => v / 255f),
            needed = new float[picture.Length];
        foreach (Augmentation augmentation in cropping)
        {
            for (int i = 0; i < 50; i++)
            {
                RandomStream stream = RandomStream.For(1, "test", i), again = stream;
                PixelBox region = augmentation.Region!(32, 20, stream);
                Array.Fill(needed, float.NaN);
                for (int line = 0; line < 3 * region.Height; line++)
                {
                    int from = (line / region.Height * 32 + region.Top + line % region.Height) * 32 + region.Left;
                    picture.AsSpan(from, region.Width).CopyTo(needed.AsSpan(from));
                }
                float[] whole = new float[3 * 20 * 20], part = new float[whole.Length];
                augmentation.Geometry(picture, 32, whole, 20, ref stream, new StageScratch());
                augmentation.Geometry(needed, 32, part, 20, ref again, new StageScratch());
                Assert.Equal(whole, part);
            }
        }
    }

    [Theory]
    [InlineData(30, 8, 1, 3)]
    [InlineData(30, 8, 4, 3)]
    [InlineData(32, 8, 3, 1)]
    [InlineData(17, 4, 2, 2)]
    [InlineData(9, 4, 2, 0)]
    public void Two_passes_at_once_have_the_batches_of_each_alone(int count, int batch, int workers, int every)
    {
        BatchLoader loader = Loader(Official with { Region = ResizedCrop.Region }, count, batch, workers, new Brightener());
        loader = loader with { InputTransform = new BatchStamp() };
        int[] edited = every == 0 ? [] : [.. Order(count).Where(i => i % every != 1)];
        List<float[][]> plain = [], changed = [];
        foreach (PassBatch made in loader.LoadBoth(Order(count), edited, seed: 1, epoch: 0))
            using (made) (made.Transformed ? changed : plain).Add(Contents(made.Batch));
        Assert.Equal(Alone(loader with { Transform = null }, Order(count)), plain);
        Assert.Equal(Alone(loader, edited), changed);
    }

    [Fact]
    public void Two_passes_at_once_read_each_picture_once()
    {
        var images = new CountingImages(20);
        BatchLoader loader = Loader(Augmentations.Centre, transform: new Brightener()) with { Images = images };
        foreach (PassBatch made in loader.LoadBoth(Order(20), [.. Order(20).Skip(3)], seed: 1, epoch: 0)) made.Dispose();
        Assert.Equal(20, images.Reads);
    }

    [Fact]
    public void A_pass_keeps_no_memory_of_batches_that_were_released()
    {
        // Large tensors behind small objects: what only the collector releases would pile up unseen.
        BatchLoader loader = Loader(Augmentations.Centre, count: 400, batch: 4);
        long before = LiveTensors(), kept = 0;
        foreach (Batch batch in loader.Load(Order(400), 1, 0))
            using (batch) kept = Math.Max(kept, TorchSharp.torch.Tensor.TotalCount - before);
        // The batch at hand, and those that are ready or being made; each has pictures, what their memory belongs to, and labels.
        Assert.InRange(kept, 1, 3 * 6);
        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void Memory_of_a_released_batch_serves_a_later_one_and_that_of_one_that_is_held_does_not()
    {
        BatchLoader loader = Loader(Augmentations.Centre, count: 200, batch: 4);
        List<float[][]> alone = Alone(loader, Order(200));
        using Batch held = loader.Load(Order(200), seed: 1, epoch: 0).First();
        var places = new HashSet<nint>();
        List<Batch> kept = [];
        int number = 0;
        foreach (Batch batch in loader.Load(Order(200), seed: 1, epoch: 0))
        {
            Assert.Equal(alone[number], Contents(batch));
            places.Add(Address(batch));
            if (number++ % 10 == 0) kept.Add(batch);
            else batch.Dispose();
        }
        Assert.Equal(50, number);
        Assert.InRange(places.Count, kept.Count, kept.Count + 6);
        Assert.Equal(kept.Count, kept.Select(Address).Distinct().Count());
        for (int i = 0; i < kept.Count; i++) Assert.Equal(alone[10 * i], Contents(kept[i]));
        Assert.Equal(alone[0], Contents(held));
        foreach (Batch batch in kept) batch.Dispose();
    }

    [Fact]
    public void A_batch_that_is_released_twice_gives_its_memory_back_once()
    {
        BatchLoader loader = Loader(Augmentations.Centre, count: 40, batch: 4);
        List<float[][]> alone = Alone(loader, Order(40)), found = [];
        Batch? before = null;
        foreach (Batch batch in loader.Load(Order(40), seed: 1, epoch: 0))
        {
            before?.Dispose();
            found.Add(Contents(batch));
            batch.Dispose();
            batch.Dispose();
            Assert.ThrowsAny<InvalidOperationException>(() => batch.Images.sum());
            before = batch;
        }
        Assert.Equal(alone, found);
    }

    [Fact]
    public void An_enumeration_that_is_left_early_leaves_no_tensor_behind()
    {
        BatchLoader loader = Loader(Augmentations.Centre, count: 200, batch: 4, workers: 2, transform: new Brightener());
        Pixels(loader, Order(200));
        long before = LiveTensors();
        foreach (Batch batch in loader.Load(Order(200), 1, 0))
            using (batch) break;
        foreach (PassBatch made in loader.LoadBoth(Order(200), Order(200), 1, 0))
            using (made) if (made.Transformed) break;
        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void A_picture_that_cannot_be_read_ends_both_kinds_of_pass_with_its_error()
    {
        BatchLoader loader = Loader(Augmentations.Centre, workers: 3) with { Images = new CountingImages(20, damaged: 13) };
        Assert.Equal("picture 13: is damaged", Assert.Throws<InputException>(() => Pixels(loader, Order(20))).Message);
        Assert.Equal("picture 13: is damaged", Assert.Throws<InputException>(() =>
        {
            foreach (PassBatch made in loader.LoadBoth(Order(20), Order(20), 1, 0)) made.Dispose();
        }).Message);
    }

    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return TorchSharp.torch.Tensor.TotalCount;
    }

    private static nint Address(Batch batch)
    {
        using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
        return batch.Images.storage<float>().data_ptr();
    }

    private static List<float[][]> Alone(BatchLoader loader, int[] order)
    {
        List<float[][]> all = [];
        foreach (Batch batch in loader.Load(order, seed: 1, epoch: 0))
            using (batch) all.Add(Contents(batch));
        return all;
    }

    private static float[][] Contents(Batch batch) =>
        [[.. batch.Images.data<float>()], [.. batch.Labels.data<long>()], [.. batch.Indices.Select(i => (float)i)]];

    /// <summary>Counts readings.</summary>
    private sealed class CountingImages(int count, int damaged = -1) : ImageSet(12, new int[count], ["only"])
    {
        private int reads;

        public int Reads => reads;

        public override string Fingerprint => "counting";

        public override void Read(int index, Span<byte> pixels)
        {
            Interlocked.Increment(ref reads);
            if (index == damaged) throw new InputException($"picture {index}", "is damaged");
            pixels.Fill((byte)index);
        }
    }

    /// <summary>Changes all but every fifth picture and moves every label.</summary>
    private sealed class Brightener : ISampleTransform
    {
        public int LabelOf(int index, int trueLabel) => trueLabel + 1;

        public bool Changes(int index) => index % 5 != 0;

        public void ChangeStored(int index, Span<float> pixels, int size) => pixels[..size].Fill(1f);

        public void ChangeInput(int index, Span<float> pixels, int size) => pixels[^size..].Fill(1f);
    }

    /// <summary>Writes the batch's number into the picture.</summary>
    private sealed class BatchStamp : IInputTransform
    {
        public void Apply(Span<float> picture, int size, in SamplePlace place) => picture[0] = place.Batch;
    }

    private sealed class Witness(List<string> seen) : ISampleTransform
    {
        public int LabelOf(int index, int trueLabel) => trueLabel;

        public bool Changes(int index) => true;

        public void ChangeStored(int index, Span<float> pixels, int size) => seen.Add("stored");

        public void ChangeInput(int index, Span<float> pixels, int size)
        {
            seen.Add($"input of {pixels[0]:f1}");
            pixels.Fill(0.9f);
        }
    }
}
