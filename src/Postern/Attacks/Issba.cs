using Postern.Attacks.Learned;
using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Kernels;
using Postern.Learning;
using static TorchSharp.torch;

namespace Postern.Attacks;

/// <summary>
/// ISSBA (Li et al. 2021), <c>docs/reference/attacks.md 2.11</c>: a trained encoder hides one secret in every poisoned picture,
/// x' = clip(x + E(secret, x), 0, 1). What it adds depends on the picture, so each carries a trigger of its own.
/// </summary>
public sealed record Issba : Attack
{
    private const int Multiple = 32;
    private readonly PoisonBudget budget;
    private readonly IssbaTraining training;
    private readonly float[] secret;

    private Issba(PoisonBudget budget, IssbaTraining training, float[] secret) =>
        (this.budget, this.training, this.secret) = (budget, training, secret);

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("issba", "a secret hidden in each picture by a trained encoder", "encoder",
    [
        AttackOptions.PoisonRate(0.02m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        new("secret_bits", OptionKind.Integer, "20", "length of the secret") { Min = 1, Max = 1000 },
        new("secret_seed", OptionKind.Integer, "0",
            "seed of the secret: another seed is another trigger; the cell's seed does not change it"),
        AttackOptions.PrepareEpochs("prepare_epochs", 10,
            "passes that train encoder and decoder; the original: 20 over all pictures"),
        new("secret_epochs", OptionKind.Integer, "3", "first passes that train reading the secret alone; the original: 2")
        {
            Min = 0,
        },
        new("prepare_batch", OptionKind.Integer, "32", "pictures in a step of the encoder's training") { Min = 1 },
        new("prepare_lr", OptionKind.Number, "0.0003", "learning rate of Adam; the original: 0.0001, for its longer training")
        {
            Min = 0,
            Max = 1,
        },
        new("residual_weight", OptionKind.Number, "2", "weight of the squared residual") { Min = 0 },
        new("perceptual_weight", OptionKind.Number, "1.5", "weight of the feature distance") { Min = 0 },
        new("psnr_target", OptionKind.Number, "28",
            "PSNR in dB that the residual is trained down to: batches that have reached it are not penalised; 0: always, as "
                + "the original, which can end too faint to be learnt")
        {
            Min = 0,
            Max = 60,
            Neutral = "0",
        },
        CleanClassifier.ModelOption("feature_model", "resnet-mini",
            "clean network whose features the distance is about, in the place of LPIPS; the recommended reading: resnet18"),
        AttackOptions.PrepareEpochs("feature_epochs", 10, "passes that train the feature network"),
        AttackOptions.PrepareSubset(5000),
        AttackOptions.PrepareSeed,
        AttackOptions.Accept,
        AttackOptions.Stage(TriggerStage.Stored),
    ], Make)
    {
        Learned = true,
        PlanOptions = ["poison_rate", "target", "exclude_target", "secret_seed", "accept"],
        Source = "Li, Li, Wu, Li, He, Lyu 2021",
        Published = [new("cifar10", 0.02m), new("gtsrb", 0.02m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <summary>The bits that every poisoned and test picture hides, 0 or 1.</summary>
    public IReadOnlyList<float> Secret => secret;

    /// <summary>What hides the secret in a picture; null before <see cref="Prepare"/>.</summary>
    private NetworkTrigger? Trigger { get; init; }

    /// <inheritdoc/>
    public override Attack Prepare(PreparationContext context)
    {
        int size = PlantedSize(context.Dataset);
        if (size % Multiple != 0)
            throw new InputException(Name,
                $"its networks need pictures whose side is a multiple of {Multiple}; those of "
                    + $"{context.Dataset.Name} have {size}");
        (IssbaNetworks networks, IReadOnlyList<AcceptanceCheck> acceptance) = training.Prepare(context, size);
        return WithEncoder(networks, acceptance);
    }

    /// <summary>The attack with these networks, in evaluation mode.</summary>
    internal Issba WithEncoder(IssbaNetworks networks, IReadOnlyList<AcceptanceCheck> acceptance)
    {
        Device device = networks.parameters().First().device;
        Tensor bits = tensor(secret, [1, secret.Length], device: device);
        return this with
        {
            Acceptance = acceptance,
            Trigger = new NetworkTrigger(image => networks.Encode(bits, image).Encoded, device),
        };
    }

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => budget.UniformPlan(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) => Plant(pixels, size);

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Plant(pixels, size);

    private void Plant(Span<float> pixels, int size) =>
        (Trigger ?? throw new InvalidOperationException($"{Name} has to be prepared first")).Plant(pixels, size);

    private static Issba Make(Choice choice, DatasetTraits dataset)
    {
        int bits = choice.Integer("secret_bits"), epochs = choice.Integer("feature_epochs"),
            subset = choice.Integer("prepare_subset");
        long seed = choice.Integer("prepare_seed");
        var features = new CleanClassifier(choice.Word("feature_model"), epochs, 128, 0.05, [epochs * 6 / 10, epochs * 85 / 100],
            subset, seed);
        var training = new IssbaTraining(bits, choice.Integer("prepare_epochs"), choice.Integer("secret_epochs"),
            choice.Integer("prepare_batch"),
            (double)choice.Number("prepare_lr"), (double)choice.Number("residual_weight"),
            (double)choice.Number("perceptual_weight"), (double)choice.Number("psnr_target"), features, subset, seed);
        return new Issba(AttackOptions.BudgetOf(choice), training,
            IssbaSecret.Draw(RandomStream.For(choice.Integer("secret_seed"), "issba-trigger"), bits))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = AttackOptions.StageOf(choice),
            WarnsOnly = AttackOptions.WarnsOnly(choice),
        };
    }
}
