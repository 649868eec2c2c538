using System.Globalization;
using Postern.Datasets;
using Postern.Learning;
using Postern.Models.Checkpoints;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// Perturbs every training picture of a class against a surrogate and rounds to 8 bits (<c>docs/reference/attacks.md 2.6</c>).
/// The whole class, so that the result serves every rate and seed.
/// </summary>
/// <param name="dataset">Its training split is used.</param>
/// <param name="surrogate">The network that is misled.</param>
/// <param name="settings">The perturbation.</param>
/// <param name="targetClass">The class.</param>
internal sealed class TargetClassPerturbation(
    Dataset dataset, RobustSurrogate surrogate, PerturbationSettings settings, int targetClass)
{
    // Pictures perturbed, and kept on disk, together. It is no option: libtorch may round otherwise for other batches.
    private const int Part = 100;
    private const long Seed = 0;
    private readonly int size = dataset.Train.Size;

    /// <summary>The perturbed class from the cache, or made now, with the surrogate where that is not there either.</summary>
    /// <exception cref="InputException">The class has no picture, or the cache cannot be used.</exception>
    public static Artifact Prepare(
        PreparationContext context, SurrogateSettings surrogateSettings, PerturbationSettings settings, int targetClass)
    {
        Dataset dataset = context.Dataset;
        (string, object)[] training =
        [
            ("surrogate", surrogateSettings.Canonical), ("input", dataset.InputSize), ("augmentation", dataset.Augmentation),
        ];
        var surrogateKey = ArtifactKey.Of("clb-surrogate", dataset, dataset.Train.Size, training);
        var key = ArtifactKey.Of("clb-images", dataset, dataset.Train.Size,
            [("perturbation", settings.Canonical), ("target", targetClass), .. training]);
        return context.Cache.GetOrMake(key, context, folder =>
        {
            Artifact trained = context.Cache.GetOrMake(surrogateKey, context, place =>
            {
                using RobustSurrogate made = RobustSurrogate.Train(place, dataset, surrogateSettings, context.Threads,
                    context.Device,
                    (done, detail) => context.Progress.Report(surrogateKey.Kind, done, detail), context.Cancel);
                return made.Check();
            });
            using RobustSurrogate surrogate = RobustSurrogate.Load(trained.Folder, dataset, surrogateSettings, context.Device);
            var perturbation = new TargetClassPerturbation(dataset, surrogate, settings, targetClass);
            AdversarialImages images =
                perturbation.Make(folder, (done, detail) => context.Progress.Report(key.Kind, done, detail), context.Cancel);
            return [.. trained.Acceptance, .. perturbation.Check(images)];
        });
    }

    /// <summary>
    /// Makes the pictures and leaves them in <paramref name="folder"/>. Every finished part of 100 is kept there, too, so that an
    /// interrupted run goes on from it to the bit; the cache deletes the parts when the artifact is complete.
    /// </summary>
    /// <param name="folder">A folder of its own.</param>
    /// <param name="report">Told the share done, 0 to 1, and a line about it.</param>
    /// <param name="cancel">Stops after the present step.</param>
    /// <exception cref="InputException">The class has no picture.</exception>
    public AdversarialImages Make(string folder, Action<double, string> report, CancellationToken cancel)
    {
        int[] members = [.. Enumerable.Range(0, dataset.Train.Count).Where(i => dataset.Train.Labels[i] == targetClass)];
        if (members.Length == 0)
            throw new InputException(dataset.Name, $"has no training picture of the target class {targetClass}");
        if (3L * size * size * members.Length > Array.MaxLength)
            throw new InputException(dataset.Name,
                $"has {members.Length} pictures of the target class {targetClass}, too many to hold perturbed versions of");
        int[][] parts = [.. members.Chunk(Part)];
        byte[] pixels = new byte[3 * size * size * members.Length];
        Pgd pgd = settings.At(size);
        for (int i = 0; i < parts.Length; i++)
        {
            string file = PartFile(folder, i);
            int part = i;
            byte[] made = ReadPart(file, parts[i].Length)
                ?? Perturb(pgd, parts[i], step => report((part + (double)step / pgd.Steps) / parts.Length,
                    FormattableString.Invariant($"{part * Part} of {members.Length} pictures, step {step} of {pgd.Steps}")),
                    cancel);
            WritePart(file, made);
            made.CopyTo(pixels, (long)i * Part * 3 * size * size);
        }
        var images = new AdversarialImages(size, members, pixels);
        images.Save(folder);
        return images;
    }

    /// <summary>
    /// Whether the pictures mislead the surrogate, which sees at most half as many of them rightly as of the clean ones, and
    /// whether they stay in the ball: its radius and half a step of rounding for every value.
    /// </summary>
    public IReadOnlyList<AcceptanceCheck> Check(AdversarialImages images)
    {
        byte[] clean = new byte[3 * size * size];
        double farthest = 0;
        Pgd pgd = settings.At(size);
        foreach (int index in images.Indices)
        {
            dataset.Train.Read(index, clean);
            farthest = Math.Max(farthest, Distance(clean, images.Of(index)));
        }
        double slack = 0.5 * (pgd.Norm == PgdNorm.L2 ? Math.Sqrt(clean.Length) : 1);
        return
        [
            new("accuracy of the surrogate on perturbed pictures", surrogate.Accuracy(images.Indices, images),
                surrogate.Accuracy(images.Indices) / 2, AtLeast: false),
            new("largest perturbation in 8-bit steps", farthest, pgd.Epsilon * 255 + slack, AtLeast: false),
        ];
    }

    private byte[] Perturb(Pgd pgd, int[] samples, Action<int> report, CancellationToken cancel)
    {
        using DisposeScope scope = NewDisposeScope();
        BatchLoader loader = surrogate.Reader(dataset.Train, size, Augmentations.Centre, workers: 1) with
        {
            BatchSize = Part,
        };
        Tensor? start = settings.RandomStart ? pgd.RandomStart(samples, size, Seed) : null;
        using Batch batch = loader.Load(samples, Seed, epoch: 0, cancel).Single();
        int step = 0;
        Tensor perturbed = pgd.Perturb(batch.Images, batch.Labels, pictures =>
        {
            cancel.ThrowIfCancellationRequested();
            report(step++);
            return surrogate.Logits(pictures);
        }, start);
        return (perturbed * 255).round().to(ScalarType.Byte).cpu().bytes.ToArray();
    }

    // In 8-bit steps.
    private double Distance(ReadOnlySpan<byte> clean, ReadOnlySpan<byte> perturbed)
    {
        double squares = 0, largest = 0;
        for (int i = 0; i < clean.Length; i++)
        {
            double difference = Math.Abs(clean[i] - perturbed[i]);
            squares += difference * difference;
            largest = Math.Max(largest, difference);
        }
        return settings.Norm == PgdNorm.L2 ? Math.Sqrt(squares) : largest;
    }

    private static string PartFile(string folder, int part) =>
        Path.Combine(
            folder, string.Create(CultureInfo.InvariantCulture, $"{ArtifactCache.ProgressPrefix}-{part:00000}.safetensors"));

    private byte[]? ReadPart(string file, int count)
    {
        if (!File.Exists(file)) return null;
        using DisposeScope scope = NewDisposeScope();
        return SafeTensors.Read(file).GetValueOrDefault("images") is { dtype: ScalarType.Byte } images
            && images.shape.SequenceEqual([count, 3, size, size])
            ? images.bytes.ToArray()
            : throw new InputException(file, "is damaged; delete it to make its pictures again");
    }

    private void WritePart(string file, byte[] made)
    {
        if (File.Exists(file)) return;
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(made, [made.Length / (3 * size * size), 3, size, size]);
        AtomicFile.Write(file, stream => SafeTensors.Write(stream, [new("images", images)]));
    }
}
