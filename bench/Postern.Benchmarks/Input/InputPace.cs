using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Imaging;
using Postern.Models;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>What input or evaluation manages, and the floor beside it.</summary>
/// <param name="ImagesPerSecond">Pictures in a second of processor time, the median round.</param>
/// <param name="FloorImagesPerSecond">The same for the work that cannot be saved.</param>
/// <param name="Images">Pictures of a round.</param>
public sealed record InputPaceResult(double ImagesPerSecond, double FloorImagesPerSecond, int Images);

/// <summary>
/// How fast batches are made and test pictures are measured, in pictures a second of processor time (which others on the machine
/// do not change much). Work and floor take turns.
/// </summary>
public static class InputPace
{
    private const int BatchSize = 128, LargeBatch = 32, EvaluationBatch = 200;

    private static readonly TrainingSettings Light = new()
    {
        Epochs = 1,
        BatchSize = BatchSize,
        LearningRate = 1,
        Schedule = new StepSchedule(1, [], 1),
    };

    /// <summary>Prints all three.</summary>
    /// <param name="source">As for <see cref="Batches224"/>.</param>
    public static void Print(string? source)
    {
        Line("batches 32x32, BadNets 10%", Batches32());
        Line("batches 224x224, JPEG 500x375", Batches224(source));
        Line("evaluate vim-cifar", Evaluate());

        static void Line(string name, InputPaceResult pace) => Console.WriteLine(FormattableString.Invariant(
            $"{name}: {pace.ImagesPerSecond:f0} img/s of one core, floor {pace.FloorImagesPerSecond:f0}"));
    }

    /// <summary>
    /// Training batches of CIFAR-10's shape, 10% of them poisoned by BadNets, flipped, cropped and normalised. Floor: the same
    /// bytes widened to floats, normalised and written to memory.
    /// </summary>
    public static InputPaceResult Batches32(bool quick = false)
    {
        using Dataset dataset = PaceData.Noise(quick ? 10_000 : 50_000);
        var images = (MemoryImageSet)dataset.Train;
        Attack attack = PaceData.BadNets("0.1");
        BatchLoader loader = Loader(dataset, images, Light.AugmentationFor(dataset), BatchSize) with
        {
            Transform = new PoisonedSamples(attack, attack.Plan(images.Labels, seed: 1), Crops: false),
        };
        int length = 3 * images.Size * images.Size, plane = images.Size * images.Size;
        float[] batch = new float[BatchSize * length];
        return Rounds(quick ? 3 : 7, images.Count, round => Drain(loader, round), _ =>
        {
            for (int i = 0; i < images.Count; i++)
            {
                Span<float> target = batch.AsSpan(i % BatchSize * length, length);
                PixelValues.ToUnit(images.PictureAt(i), target);
                for (int channel = 0; channel < 3; channel++)
                    PixelValues.Normalise(target.Slice(channel * plane, plane), dataset.Mean[channel], 1f / dataset.Std[channel]);
            }
        });
    }

    /// <summary>
    /// Training batches at 224 of JPEGs of ImageNet's size (500x375) in a folder: random resized crop, flip, normalisation.
    /// Floor: the same files decoded whole, into one buffer.
    /// </summary>
    /// <param name="source">An image folder or zip (<c>imagenet</c>) whose pictures make up the JPEGs; null for drawn
    /// ones.</param>
    /// <param name="quick">Fewer pictures and rounds.</param>
    public static InputPaceResult Batches224(string? source = null, bool quick = false)
    {
        using var files = PaceData.Jpegs(source, quick ? 64 : 256);
        using Dataset dataset = DatasetCatalog.OpenPath(files.Path);
        BatchLoader loader = Loader(dataset, dataset.Train, Light.AugmentationFor(dataset), LargeBatch);
        byte[][] contents = [.. files.Pictures.Select(File.ReadAllBytes)];
        using var buffer =
            new SKBitmap(new SKImageInfo(PaceData.Width, PaceData.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        return Rounds(quick ? 3 : 7, dataset.Train.Count, round => Drain(loader, round), _ =>
        {
            foreach (byte[] content in contents)
            {
                using SKData data = SKData.CreateCopy(content);
                using SKCodec codec = SKCodec.Create(data);
                codec.GetPixels(buffer.Info, buffer.GetPixels());
            }
        });
    }

    /// <summary>
    /// ACC and ASR of the paper's CIFAR Vim, triggered by BadNets; a picture counts once for each measure. Floor: the model alone
    /// on batches that are ready.
    /// </summary>
    public static InputPaceResult Evaluate(bool quick = false)
    {
        using Dataset dataset = PaceData.Noise(quick ? EvaluationBatch : 2 * EvaluationBatch);
        Attack attack = PaceData.BadNets("0.01");
        using Backbone model = ModelCatalog.Create(new Choice(ModelCatalog.All.Single(m => m.Name == "vim-cifar")),
            dataset.Classes, dataset.InputSize, seed: 1);
        BatchLoader loader = Loader(dataset, dataset.Test, Augmentations.Centre, EvaluationBatch);
        var evaluator = new Evaluator(model, loader);
        int[] all = [.. Enumerable.Range(0, dataset.Test.Count)],
            counted = [.. all.Where(i => attack.CountsForAsr(dataset.Test.Labels[i]))];
        Batch[] ready = [.. loader.Load(all, 0, 0), .. loader.Load(counted, 0, 0)];
        InputPaceResult result = Rounds(quick ? 1 : 3, all.Length + counted.Length, _ => evaluator.Both(attack), _ =>
        {
            using var noGrad = inference_mode();
            foreach (Batch batch in ready)
            {
                using DisposeScope scope = NewDisposeScope();
                model.forward(batch.Images).argmax(1);
            }
        });
        foreach (Batch batch in ready) batch.Dispose();
        return result;
    }

    private static BatchLoader Loader(Dataset dataset, ImageSet images, Augmentation augmentation, int batchSize) =>
        new(images, dataset.Mean, dataset.Std, dataset.InputSize, augmentation, null, batchSize, Workers: 1);

    private static void Drain(BatchLoader loader, int epoch)
    {
        int[] order = BatchLoader.ShuffledOrder(loader.Images.Count, seed: 1, epoch);
        foreach (Batch batch in loader.Load(order, seed: 1, epoch)) batch.Dispose();
    }

    // The first round warms up.
    private static InputPaceResult Rounds(int rounds, int images, Action<int> work, Action<int> floor)
    {
        List<double> ours = [], floors = [];
        for (int round = 0; round <= rounds; round++)
        {
            double worked = Seconds(work, round), stood = Seconds(floor, round);
            if (round == 0) continue;
            ours.Add(worked);
            floors.Add(stood);
        }
        return new InputPaceResult(images / Median(ours), images / Median(floors), images);
    }

    private static double Seconds(Action<int> action, int round)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        action(round);
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
