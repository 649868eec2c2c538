using Postern.Configuration;
using Postern.Defences.Sites;
using Postern.Kernels;
using Postern.Learning;
using Postern.Models;
using Postern.Training;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.TrainingRules;

/// <summary>
/// DBD (Huang et al. 2022; <c>docs/reference/defences.md 15</c>): features are learnt without labels, which a poison's label
/// cannot bend; then the classifier alone, and in the last epochs everything, from the labels of those samples alone whose loss
/// is lowest. The recipe's optimiser and rate throughout; a batch has labelled and unlabelled samples as they come.
/// </summary>
/// <param name="IsFull">The published lengths, else shares of the recipe's epochs.</param>
/// <param name="Labelled">Share of the samples whose labels count in the last epochs.</param>
/// <param name="Weight">Weight of the samples without labels in the last epoch; it rises from 0.</param>
internal sealed record Dbd(bool IsFull, double Labelled, double Weight) : ITrainingRule
{
    private const string Full = "full", Reduced = "reduced", Trusted = "labelled";
    private const int FullContrast = 100, FullHead = 10, FullLast = 190, Projection = 128;
    private const double ContrastTemperature = 0.5, GuessTemperature = 0.5, MixAlpha = 0.75;

    internal static DefenceEntry Entry { get; } = new("dbd", "learns features without labels, then from trusted labels alone",
        [
            new("lengths", OptionKind.Word, Reduced,
                "reduced: half of the recipe's epochs without labels, a tenth for the classifier, the rest from trusted labels; "
                    + "full: 100, 10 and 190 epochs")
            {
                Allowed = [Reduced, Full],
            },
            new("labelled", OptionKind.Number, "0.5", "share of the samples whose labels are trusted") { Min = 0.01m, Max = 1 },
            new("weight", OptionKind.Number, "15", "weight of the samples without labels, at the end") { Min = 0 },
        ],
        (choice, _) => new Defence
        {
            TrainingRule = new Dbd(choice.Word("lengths") == Full, (double)choice.Number("labelled"),
                (double)choice.Number("weight")),
        })
    { Stages = _ => DefenceStages.Training };

    /// <inheritdoc/>
    public EpochSamples Choose(RuleEpoch epoch)
    {
        (int contrast, int head) = Lengths(epoch.Epochs);
        if (epoch.Epoch < contrast + head) return EpochSamples.All;
        HashSet<int> trusted = [.. AblLoss.Isolated(epoch.Losses(), Labelled)];
        epoch.Memory.Keep(Trusted, Enumerable.Range(0, epoch.Samples).Select(i => trusted.Contains(i) ? 1L : 0));
        return EpochSamples.All;
    }

    /// <inheritdoc/>
    public Tensor Loss(Tensor losses, RuleBatch batch) => losses.mean();

    /// <inheritdoc/>
    public nn.Module Companion(Backbone model, long seed)
    {
        int width = FeatureMaps.PenultimateWidth(model);
        nn.Module projection = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, Projection));
        double bound = 1 / Math.Sqrt(width);
        foreach ((string name, var parameter) in projection.named_parameters())
            Initial.Uniform(parameter, bound, RandomStream.For(seed, $"dbd-projection:{name}"));
        return projection.to(model.parameters().First().device);
    }

    /// <inheritdoc/>
    public Tensor StepLoss(RuleStep step)
    {
        (int contrast, int head) = Lengths(step.Epochs);
        int epoch = step.Samples.Epoch;
        if (epoch < contrast) return ContrastLoss(step);
        if (epoch < contrast + head)
        {
            // Features stay as they are, running statistics with them.
            step.Model.eval();
            return SemiSupervision.Symmetric(FeatureMaps.LogitsOfClassifier(step.Model, step.Batch.Images), step.Labels);
        }
        double share = (epoch - contrast - head) / (double)(step.Epochs - contrast - head);
        return MixedLoss(step, Weight * share);
    }

    private static Tensor ContrastLoss(RuleStep step)
    {
        BatchLoader loader = step.Pictures;
        using Normalisation pixels = loader.Device.Place(new Normalisation(loader.Mean, loader.Std));
        Tensor x = pixels.Undo(step.Batch.Images).clamp(0, 1);
        Tensor views = cat([.. Enumerable.Range(0, 2).Select(v => PictureViews.Strong(x, Stream(step, "dbd-view", v)))]);
        Tensor features = FeatureMaps.Penultimate(step.Model, pixels.forward(views));
        return SemiSupervision.Contrast(((nn.Module<Tensor, Tensor>)step.Companion!).forward(features), ContrastTemperature);
    }

    /// <summary>MixMatch: guessed labels for those who have none, and all mixed with all.</summary>
    private static Tensor MixedLoss(RuleStep step, double weight)
    {
        IReadOnlyList<long> trusted = step.Samples.Memory.Find(Trusted)!;
        long[] with = Places(step, i => trusted[i] == 1), without = Places(step, i => trusted[i] == 0);
        Tensor images = step.Batch.Images, unlabelled = images.index_select(0, tensor(without, device: images.device));
        Tensor other = PictureViews.Weak(unlabelled, Stream(step, "dbd-weak", 0)), guesses;
        step.Model.eval();
        long classes;
        using (no_grad())
        {
            // Guessed of the whole batch, as no network takes an empty one.
            Tensor probabilities = step.Model.forward(images).softmax(1);
            classes = probabilities.shape[1];
            Tensor first = probabilities.index_select(0, tensor(without, device: images.device));
            guesses = without.Length == 0 ? first
                : SemiSupervision.Sharpened((first + step.Model.forward(other).softmax(1)) / 2, GuessTemperature);
        }
        step.Model.train();
        Tensor places = tensor(with, device: images.device);
        Tensor inputs = cat([images.index_select(0, places), unlabelled, other]);
        Tensor targets = cat([nn.functional.one_hot(step.Labels.index_select(0, places), classes).to(guesses.dtype), guesses,
            guesses]);
        RandomStream stream = Stream(step, "dbd-mix", 0);
        double own = stream.NextBeta(MixAlpha, MixAlpha);
        own = Math.Max(own, 1 - own);
        long[] partners = [.. stream.Permutation((int)inputs.shape[0]).Select(i => (long)i)];
        Tensor partner = tensor(partners, device: images.device);
        Tensor logits = step.Model.forward(own * inputs + (1 - own) * inputs.index_select(0, partner));
        Tensor mixed = own * targets + (1 - own) * targets.index_select(0, partner);
        long count = with.Length, rest = inputs.shape[0] - count;
        Tensor loss = zeros(1, device: images.device).sum();
        if (count > 0) loss = loss + SemiSupervision.Supervised(logits.narrow(0, 0, count), mixed.narrow(0, 0, count));
        if (rest > 0)
            loss = loss + weight * SemiSupervision.Consistency(logits.narrow(0, count, rest), mixed.narrow(0, count, rest));
        return loss;
    }

    private static long[] Places(RuleStep step, Predicate<int> which) =>
        [.. step.Batch.Indices.Index().Where(i => which(i.Item)).Select(i => (long)i.Index)];

    private static RandomStream Stream(RuleStep step, string purpose, int which) =>
        RandomStream.For(step.Seed, purpose, step.Step, which);

    private (int Contrast, int Head) Lengths(int epochs)
    {
        const int All = FullContrast + FullHead + FullLast;
        if (IsFull && epochs != All)
        {
            throw new InputException("dbd", FormattableString.Invariant(
                $"lengths: full takes {All} epochs and the recipe has {epochs}; set train: {{epochs: {All}}}, or lengths: reduced"));
        }
        if (epochs < 3)
        {
            throw new InputException("dbd", FormattableString.Invariant(
                $"needs an epoch for each of its three parts and the recipe has {epochs}; set train: {{epochs: 3}} or more"));
        }
        return IsFull ? (FullContrast, FullHead) : (epochs / 2, Math.Max(1, epochs / 10));
    }
}
