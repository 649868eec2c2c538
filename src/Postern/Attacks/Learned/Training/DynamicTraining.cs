using Postern.Learning;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// Trains the input-aware attack's generators (<c>docs/reference/attacks.md 2.10</c>): first the mask alone, then pattern and a
/// throw-away classifier together, whose batches hold triggered pictures with the target label and pictures with another
/// picture's trigger under their own label. Milestones are the original's, scaled to the number of epochs, unless others are
/// given.
/// </summary>
/// <param name="TargetClass">y_t.</param>
/// <param name="MaskEpochs">Passes of the first phase; the original has 25.</param>
/// <param name="JointEpochs">Passes of the second phase; the original has 575.</param>
/// <param name="BatchSize">Pictures in a step.</param>
/// <param name="PoisonedShare">
/// Share of a batch that carries its own trigger, and again that carries a foreign one; the original has 0.1.
/// </param>
/// <param name="Classifier">Catalogue name of the throw-away classifier.</param>
/// <param name="ClassifierRate">Its learning rate.</param>
/// <param name="JointMilestones">Epochs of the second phase after which both rates are divided by ten; empty for the
/// original's.</param>
/// <param name="Pixels">Whether the networks see pictures in [0, 1] (GTSRB) rather than normalised ones.</param>
/// <param name="Accumulate">Whether the pattern's gradients are never forgotten, as in the public code.</param>
/// <param name="AbsoluteCross">Whether the limit of the cross accuracy is 0.8, rather than 0.85 of the classifier's clean
/// accuracy.</param>
/// <param name="Subset">At most so many training pictures; 0 for all that are not held out.</param>
/// <param name="Seed">Decides the pictures, the initial weights and every draw.</param>
internal sealed record DynamicTraining(
    int TargetClass, int MaskEpochs, int JointEpochs, int BatchSize, double PoisonedShare, string Classifier,
    double ClassifierRate,
    IReadOnlyList<int> JointMilestones, bool Pixels, bool Accumulate, bool AbsoluteCross, int Subset, long Seed)
{
    private const string Kind = "dynamic-generators";
    private const double GeneratorRate = 0.01;
    private const int OriginalMaskEpochs = 25, OriginalJointEpochs = 575;
    private static readonly int[] MaskMilestones = [10, 20];
    private static readonly int[] ClassifierMilestones = [100, 200, 300, 400], PatternMilestones = [200, 300, 400, 500];

    /// <summary>Trained generators in evaluation mode, from the cache or trained now, and what was measured on them.</summary>
    public (DynamicGenerators Generators, IReadOnlyList<AcceptanceCheck> Acceptance) Prepare(PreparationContext context, int size)
    {
        (float[] mean, float[] std) = Space(context);
        DynamicGenerators generators = context.Device.Place(new DynamicGenerators(mean, std, Seed));
        ArtifactKey key = ArtifactKey.Of(Kind, context.Dataset, size,
            ("target", TargetClass), ("mask_epochs", MaskEpochs), ("joint_epochs", JointEpochs), ("batch", BatchSize),
            ("share", PoisonedShare), ("classifier", Classifier), ("classifier_lr", ClassifierRate),
            ("milestones", string.Join(",", JointMilestones)), ("pixels", Pixels), ("accumulate", Accumulate),
            ("absolute_cross", AbsoluteCross), ("subset", Subset), ("seed", Seed));
        Artifact made = context.Cache.GetOrMake(key, context, folder => Train(generators, context, size, folder));
        Weights.Load(generators, made.WeightsPath);
        generators.eval();
        return (generators, made.Acceptance);
    }

    private CleanClassifier CleanRun =>
        new(Classifier, JointEpochs, BatchSize, ClassifierRate, Joint(ClassifierMilestones), Subset, Seed);

    private (float[] Mean, float[] Std) Space(PreparationContext context) =>
        Pixels ? ([0, 0, 0], [1, 1, 1]) : (context.Dataset.Mean, context.Dataset.Std);

    private AcceptanceCheck[] Train(DynamicGenerators generators, PreparationContext context, int size, string folder)
    {
        double cleanRun = CleanRun.Prepare(context, size).Accuracy;
        PreparationPictures pictures = PreparationPictures.Split(context, size, Subset, Seed);
        using ResNet classifier = CleanRun.Build(context, size);
        using var training = new TrainingLoop(
            TrainedNetwork.Adam("mask", generators.Mask, 0.5, 0.9),
            TrainedNetwork.Adam("pattern", generators.Pattern, 0.5, 0.9, Accumulate),
            TrainedNetwork.Sgd("classifier", classifier, 0.9, 5e-4));
        (float[] mean, float[] std) = Space(context);
        var augmentation = new DynamicAugmentation(flips: context.Dataset.Augmentation is "flip-crop" or "resized-crop");
        BatchLoader loader = pictures.Loader(
            pictures.Learned, mean, std, augmentation.Whole, Math.Min(BatchSize, pictures.Learned.Count)) with
        { DropLast = true };
        ArtifactTraining.Run(folder, training, MaskEpochs + JointEpochs, () =>
        {
            if (training.Epoch < MaskEpochs) MaskEpoch(training, generators, loader, context);
            else JointEpoch(training, generators, classifier, loader, context);
        });
        Artifact.WriteWeights(folder, generators);
        var acceptance = new DynamicAcceptance(generators, classifier, TargetClass);
        BatchLoader heldOut = pictures.Loader(pictures.HeldOut, mean, std, Augmentations.Centre, BatchSize);
        return acceptance.Measure(heldOut, cleanRun, AbsoluteCross, context.Cancel);
    }

    private void MaskEpoch(TrainingLoop training, DynamicGenerators generators, BatchLoader loader, PreparationContext context)
    {
        generators.train();
        double rate = new StepSchedule(GeneratorRate, Scaled(MaskMilestones, MaskEpochs, OriginalMaskEpochs), 0.1)
            .At(training.Epoch);
        RunEpoch(training, loader, context,
            (x1, _, x2) => DynamicLosses.Mask(generators.MaskOf(x1), generators.MaskOf(x2), x1, x2),
            new NetworkUpdate(training.Networks[0], _ => rate));
    }

    private void JointEpoch(
        TrainingLoop training, DynamicGenerators generators, ResNet classifier, BatchLoader loader, PreparationContext context)
    {
        generators.train();
        generators.Mask.eval();
        classifier.train();
        int epoch = training.Epoch - MaskEpochs;
        double classifierRate = new StepSchedule(ClassifierRate, Joint(ClassifierMilestones), 0.1).At(epoch);
        double patternRate = new StepSchedule(GeneratorRate, Joint(PatternMilestones), 0.1).At(epoch);
        RunEpoch(training, loader, context, (x1, y1, x2) => JointLoss(generators, classifier, x1, y1, x2),
            new NetworkUpdate(training.Networks[2], _ => classifierRate),
            new NetworkUpdate(training.Networks[1], _ => patternRate));
    }

    /// <summary>
    /// Cross-entropy of a batch whose first pictures carry their own trigger and the target label, whose next ones carry a
    /// foreign trigger under their own label, and whose rest is clean; and the diversity of the patterns.
    /// </summary>
    private Tensor JointLoss(DynamicGenerators generators, ResNet classifier, Tensor x1, Tensor y1, Tensor x2)
    {
        long batch = x1.shape[0], poisoned = Math.Max(1, (long)(PoisonedShare * batch));
        Tensor own = x1.narrow(0, 0, poisoned), crossed = x1.narrow(0, poisoned, poisoned),
            foreign = x2.narrow(0, poisoned, poisoned);
        Tensor ownMask, foreignMask;
        using (no_grad()) (ownMask, foreignMask) = (generators.MaskOf(own), generators.MaskOf(foreign));
        Tensor ownPattern = generators.PatternOf(own), foreignPattern = generators.PatternOf(foreign);
        Tensor input = cat(
        [
            own + (ownPattern - own) * ownMask,
            crossed + (foreignPattern - crossed) * foreignMask,
            x1.narrow(0, 2 * poisoned, batch - 2 * poisoned),
        ], 0);
        Tensor targets = tensor([.. Enumerable.Repeat((long)TargetClass, (int)poisoned)], device: y1.device);
        Tensor labels = cat([targets, y1.narrow(0, poisoned, batch - poisoned)], 0);
        return nn.functional.cross_entropy(classifier.forward(input), labels)
            + DynamicLosses.Diversity(ownPattern, foreignPattern, own, foreign);
    }

    /// <summary>Trains on the pairs of two independently shuffled passes: (x1, y1, x2) to a loss.</summary>
    private void RunEpoch(
        TrainingLoop training, BatchLoader loader, PreparationContext context, Func<Tensor, Tensor, Tensor, Tensor> loss,
        params NetworkUpdate[] updates)
    {
        int count = loader.Images.Count, epoch = training.Epoch, epochs = MaskEpochs + JointEpochs;
        // Another seed for the second pass, so that a picture is augmented differently, too.
        long second = unchecked(Seed + 0x5DEECE66DL);
        IEnumerable<Batch> ones = Load(Seed), others = Load(second);
        string phase = epoch < MaskEpochs ? "mask" : "pattern";
        training.RunEpoch(new TrainingEpoch<Pair>
        {
            Batches = ones.Zip(others, (one, other) => new Pair(one, other)),
            Steps = loader.Steps(count),
            Samples = loader.Kept(count),
            Loss = pair => loss(pair.One.Images, pair.One.Labels, pair.Other.Images),
            Updates = updates,
            Stop = context.Cancel,
        }, step => context.Progress.Report(Kind, step.ShareOf(epochs),
            FormattableString.Invariant($"{phase} epoch {step.Epoch}/{epochs}  loss {step.Loss:f3}")));

        IEnumerable<Batch> Load(long seed) =>
            loader.Load(BatchLoader.ShuffledOrder(count, seed, epoch), seed, epoch, from: training.Begun);
    }

    private IReadOnlyList<int> Joint(int[] original) =>
        JointMilestones.Count > 0 ? JointMilestones : Scaled(original, JointEpochs, OriginalJointEpochs);

    private static int[] Scaled(int[] milestones, int epochs, int originalEpochs) =>
        [.. milestones.Select(m => Math.Max(1, (int)Math.Round(m * (double)epochs / originalEpochs)))];

    /// <summary>Two batches that are looked at together.</summary>
    private sealed record Pair(Batch One, Batch Other) : ITrainingBatch
    {
        public int Samples => One.Indices.Count;

        public void Dispose()
        {
            One.Dispose();
            Other.Dispose();
        }
    }
}
