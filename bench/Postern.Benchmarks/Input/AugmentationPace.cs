using Postern.Datasets;
using Postern.Imaging;
using Postern.Kernels;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Benchmarks;

/// <summary>
/// Pictures that one worker thread augments in a second of processor time (which others on the machine do not change much) by the
/// official recipes (<c>docs/reference/models.md 7.1</c>), and by the light ones beside them; batches are made into tensors too.
/// Pictures lie decoded in memory: decoding a JPEG comes on top.
/// </summary>
internal static class AugmentationPace
{
    private const int Pictures = 256;

    private static readonly TrainingSettings Light = new()
    {
        Epochs = 1,
        BatchSize = 32,
        LearningRate = 1,
        Schedule = new StepSchedule(1, [], 1),
    };

    private static readonly TrainingSettings Official = Light with
    {
        Augmentation = "official",
        RandAugmentMagnitude = 9,
        RandomErasing = 0.25,
    };

    /// <summary>Prints both sizes.</summary>
    public static void Measure()
    {
        using Dataset small = Smooth(32, 32, "flip-crop"), large = Smooth(256, 224, "resized-crop");
        Print("32x32, flip and crop", small, Light);
        Print("32x32, official", small, Official);
        Print("224x224, resized crop and flip", large, Light);
        Print("224x224, bicubic resized crop and flip", large, Light with { Augmentation = "official" });
        Print("224x224, official", large, Official);
    }

    private static void Print(string name, Dataset dataset, TrainingSettings settings)
    {
        var loader = new BatchLoader(dataset.Train, dataset.Mean, dataset.Std, dataset.InputSize,
            settings.AugmentationFor(dataset), null, 32, Workers: 1);
        int[] order = [.. Enumerable.Range(0, Pictures)];
        var seconds = new List<double>();
        int passes = dataset.InputSize > 32 ? 1 : 16;
        for (int round = 0; round < 6; round++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            for (int epoch = 0; epoch < passes; epoch++)
                foreach (Batch batch in loader.Load(order, seed: 0, epoch)) batch.Dispose();
            if (round > 0) seconds.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds / passes);
        }
        seconds.Sort();
        Console.WriteLine(FormattableString.Invariant($"{name}: {Pictures / seconds[seconds.Count / 2]:f0} img/s of one core"));
    }

    /// <summary>
    /// Pictures like photographs in this: neighbours are alike, so that no branch is as unpredictable as in noise.
    /// </summary>
    private static Dataset Smooth(int stored, int input, string augmentation)
    {
        byte[] pixels = new byte[Pictures * 3 * stored * stored];
        for (int i = 0; i < Pictures; i++)
        {
            var coarse = new RgbImage(8, 8);
            RandomStream stream = RandomStream.For(1, "bench", i);
            foreach (ref byte value in coarse.Pixels.AsSpan()) value = (byte)stream.NextInt(256);
            Resampling.Bilinear(coarse, stored, stored).Pixels.CopyTo(pixels, i * 3 * stored * stored);
        }
        var images = new MemoryImageSet(stored, pixels, new int[Pictures], ["only"]);
        return new Dataset("smooth", images, images, input, [.485f, .456f, .406f], [.229f, .224f, .225f], 0,
            augmentation, "in memory");
    }
}
