using Postern.Configuration;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Learning;

/// <summary>
/// How a clean classifier is trained that other artifacts need: for its features, or for its accuracy, which others are held
/// against.
/// </summary>
/// <param name="Model">Catalogue name of a ResNet.</param>
/// <param name="Epochs">Passes over the pictures.</param>
/// <param name="BatchSize">Pictures in a step.</param>
/// <param name="LearningRate">Of SGD with momentum 0.9 and decay 5e-4.</param>
/// <param name="Milestones">Epochs after which the rate is divided by ten.</param>
/// <param name="Subset">How many training pictures; 0 for all that are not held out.</param>
/// <param name="Seed">Decides the pictures, the initial weights and every draw.</param>
internal sealed record CleanClassifier(
    string Model, int Epochs, int BatchSize, double LearningRate, IReadOnlyList<int> Milestones, int Subset, long Seed)
{
    private const string Kind = "clean-classifier";
    private const string AccuracyName = "held-out accuracy of the clean classifier";

    /// <summary>The option that names the network.</summary>
    internal static OptionInfo ModelOption(string name, string value, string meaning) =>
        new(name, OptionKind.Word, value, meaning)
        {
            Allowed = [.. ModelCatalog.All.Where(m => m.Family == "resnet").Select(m => m.Name)],
        };

    /// <summary>A network of the classifier's architecture with its initial weights.</summary>
    public ResNet Build(PreparationContext context, int size) =>
        (ResNet)ModelCatalog.Create(new Choice(ModelCatalog.All.Get(Model, Kind)), context.Dataset.Classes, size, Seed,
            context.Device);

    /// <summary>The trained classifier in evaluation mode, from the cache or trained now; the caller owns it.</summary>
    /// <param name="context">What it is prepared with.</param>
    /// <param name="size">Side of its input in pixels.</param>
    /// <returns>The network and its accuracy on the held-out pictures, 0 to 1.</returns>
    public (ResNet Network, double Accuracy) Prepare(PreparationContext context, int size)
    {
        ResNet network = Build(context, size);
        ArtifactKey key = ArtifactKey.Of(Kind, context.Dataset, size,
            ("model", Model), ("epochs", Epochs), ("batch", BatchSize), ("lr", LearningRate),
            ("milestones", string.Join(",", Milestones)),
            ("augmentation", context.Dataset.Augmentation), ("subset", Subset), ("seed", Seed));
        Artifact made = context.Cache.GetOrMake(key, context, folder => Train(network, context, size, folder));
        Weights.Load(network, made.WeightsPath);
        network.eval();
        return (network, made.Acceptance.Single(c => c.Name == AccuracyName).Value);
    }

    private AcceptanceCheck[] Train(ResNet network, PreparationContext context, int size, string folder)
    {
        PreparationPictures pictures = PreparationPictures.Split(context, size, Subset, Seed);
        var settings = new TrainingSettings
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            UseSgd = true,
            LearningRate = LearningRate,
            WeightDecay = 5e-4,
            DecayAll = true,
            Schedule = new StepSchedule(LearningRate, Milestones, 0.1),
        };
        using var trainer = new Trainer(network, settings, Seed);
        BatchLoader loader = pictures.Normalised(pictures.Learned, settings.AugmentationFor(context.Dataset), BatchSize);
        ArtifactTraining.Run(folder, trainer.Loop, Epochs, () => trainer.RunEpoch(loader, step => context.Progress.Report(
            Kind, step.ShareOf(Epochs), FormattableString.Invariant($"epoch {step.Epoch}/{Epochs}  loss {step.Loss:f3}")),
            context.Cancel));
        Artifact.WriteWeights(folder, network);
        network.eval();
        BatchLoader heldOut = pictures.Normalised(pictures.HeldOut, Augmentations.Centre, BatchSize);
        double accuracy = Predictions.Accuracy(network.forward, heldOut, context.Cancel);
        // Better than chance by half: what features and comparisons can at least rest on.
        return [new AcceptanceCheck(AccuracyName, accuracy, 1.5 / context.Dataset.Classes, AtLeast: true)];
    }
}
