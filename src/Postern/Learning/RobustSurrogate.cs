using Postern.Configuration;
using Postern.Datasets;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Native;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Learning;

/// <summary>
/// The network that adversarial pictures are made against (<c>docs/reference/attacks.md 2.6</c>): a ResNet for pictures in [0,
/// 1], trained on pictures that projected gradient descent has perturbed against its present state (Madry et al. 2018), or on
/// clean ones. Perturbations against a robust network change what a picture shows, which is what makes its own content hard to
/// learn from.
/// </summary>
public sealed class RobustSurrogate : IDisposable
{
    private const int BatchSize = 128;
    private const int MostHeldOut = 1000;
    // Independent of the cells' seeds: all of them share one surrogate.
    private const long Seed = 0;

    private readonly Dataset dataset;
    private readonly SurrogateSettings settings;
    private readonly ComputeDevice device;
    private readonly Backbone model;
    private readonly Normalisation normalisation;

    private RobustSurrogate(Dataset dataset, SurrogateSettings settings, ComputeDevice device)
    {
        (this.dataset, this.settings, this.device) = (dataset, settings, device);
        model = ModelCatalog.Create(
            new Choice(ModelCatalog.All.Get(settings.Model, "surrogate_model")), dataset.Classes, dataset.InputSize, Seed,
            device);
        normalisation = device.Place(new Normalisation(dataset.Mean, dataset.Std));
    }

    /// <summary>The surrogate whose training has finished in <paramref name="folder"/>, in evaluation mode.</summary>
    /// <exception cref="InputException">The weights are missing, damaged or of another network.</exception>
    public static RobustSurrogate Load(string folder, Dataset dataset, SurrogateSettings settings, ComputeDevice device)
    {
        var surrogate = new RobustSurrogate(dataset, settings, device);
        Weights.Load(surrogate.model, Path.Combine(folder, ArtifactCache.WeightsFile));
        surrogate.model.eval();
        return surrogate;
    }

    /// <summary>
    /// Trains on all training pictures but some that are held out, and leaves the weights in <paramref name="folder"/>. Every
    /// finished epoch is kept there, so that an interrupted training goes on from it to the bit.
    /// </summary>
    /// <param name="folder">A folder of its own.</param>
    /// <param name="dataset">Its training split is used; its test split is never read.</param>
    /// <param name="settings">Network and training.</param>
    /// <param name="threads">Threads of the process.</param>
    /// <param name="device">Where the network and its batches live.</param>
    /// <param name="report">Told the share done, 0 to 1, and a line about it.</param>
    /// <param name="cancel">Stops after the present step.</param>
    /// <exception cref="DivergedException">The loss is not finite.</exception>
    public static RobustSurrogate Train(
        string folder, Dataset dataset, SurrogateSettings settings, int threads, ComputeDevice device,
        Action<double, string> report, CancellationToken cancel)
    {
        if (File.Exists(Path.Combine(folder, ArtifactCache.WeightsFile))) return Load(folder, dataset, settings, device);
        var surrogate = new RobustSurrogate(dataset, settings, device);
        Backbone model = surrogate.model;
        TrainingSettings training = TrainingOf(settings);
        using var trainer = new Trainer(model, training, Seed);
        var pictures = new SubsetImageSet(dataset.Train, surrogate.TrainingSamples());
        BatchLoader loader =
            surrogate.Reader(pictures, dataset.InputSize, training.AugmentationFor(dataset), new ThreadBudget(threads).Loaders);
        ArtifactTraining.Run(folder, trainer.Loop, settings.Epochs, () => trainer.RunEpoch(
            loader, step => report(step.ShareOf(settings.Epochs), FormattableString.Invariant(
                $"epoch {step.Epoch} of {settings.Epochs}, loss {step.Loss:f2}")),
            cancel, batch => surrogate.ForTraining(batch, trainer.Epoch)));
        Artifact.WriteWeights(folder, model);
        string progress = Path.Combine(folder, ArtifactCache.ProgressPrefix);
        if (Directory.Exists(progress)) Directory.Delete(progress, recursive: true);
        model.eval();
        return surrogate;
    }

    /// <summary>[B, classes] for pictures in [0, 1], [B, 3, S, S].</summary>
    public Tensor Logits(Tensor pictures) => model.forward(normalisation.forward(pictures));

    /// <summary>
    /// Indices of training pictures that the surrogate has never seen: a tenth of the split, at most 1,000, stratified by class.
    /// </summary>
    public int[] HeldOut() =>
        SubsetImageSet.Stratified(dataset.Train.Labels, Math.Clamp(dataset.Train.Count / 10, 1, MostHeldOut), Seed);

    /// <summary>Share of <paramref name="samples"/> of the training split that are classified correctly, 0 to 1.</summary>
    /// <param name="samples">Their indices, at least one.</param>
    /// <param name="transform">What changes them first; null for nothing.</param>
    public double Accuracy(IReadOnlyList<int> samples, ISampleTransform? transform = null)
    {
        BatchLoader loader = Reader(dataset.Train, dataset.Train.Size, Augmentations.Centre, workers: 1) with
        {
            Transform = transform,
        };
        return Predictions.Accuracy(Logits, loader, samples);
    }

    /// <summary>Whether it has learned enough to be worth misleading: a fifth of the way from guessing to knowing.</summary>
    public IReadOnlyList<AcceptanceCheck> Check() =>
        [new("accuracy of the surrogate", Accuracy(HeldOut()), 0.2 + 0.8 / dataset.Classes, AtLeast: true)];

    /// <summary>Releases the network.</summary>
    public void Dispose()
    {
        model.Dispose();
        normalisation.Dispose();
    }

    /// <summary>Batches of pictures in [0, 1], not normalised.</summary>
    internal BatchLoader Reader(ImageSet images, int inputSize, Augmentation augment, int workers) =>
        new(images, [0, 0, 0], [1, 1, 1], inputSize, augment, null, BatchSize, workers) { Device = device };

    /// <summary>
    /// Takes over a batch in [0, 1] and gives what the network is trained on: perturbed where it shall be robust, normalised.
    /// </summary>
    private Batch ForTraining(Batch batch, int epoch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = batch.Images;
        if (settings.Robust)
        {
            // With running statistics, so that the perturbation neither moves them nor depends on the batch.
            model.eval();
            Tensor start = settings.Pgd.RandomStart(batch.Indices, dataset.InputSize, Seed, epoch);
            pictures = settings.Pgd.Perturb(pictures, batch.Labels, Logits, start);
            model.train();
        }
        Batch made = batch with { Images = normalisation.forward(pictures).DetachFromDisposeScope() };
        batch.Images.Dispose();
        return made;
    }

    private int[] TrainingSamples()
    {
        int[] seen = [.. Enumerable.Range(0, dataset.Train.Count).Except(HeldOut())];
        if (settings.Subset == 0 || settings.Subset >= seen.Length) return seen;
        int[] labels = Array.ConvertAll(seen, i => dataset.Train.Labels[i]);
        return Array.ConvertAll(SubsetImageSet.Stratified(labels, settings.Subset, Seed), i => seen[i]);
    }

    private static TrainingSettings TrainingOf(SurrogateSettings settings) => new()
    {
        Epochs = settings.Epochs,
        BatchSize = BatchSize,
        UseSgd = true,
        LearningRate = settings.LearningRate,
        WeightDecay = 5e-4,
        DecayAll = true,
        Schedule = new StepSchedule(settings.LearningRate, [EpochAt(settings, 0.6), EpochAt(settings, 0.85)], 0.1),
    };

    private static int EpochAt(SurrogateSettings settings, double share) => (int)Math.Ceiling(settings.Epochs * share);
}
