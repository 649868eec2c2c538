using Postern.Attacks.Learned;
using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks;

/// <summary>
/// The input-aware dynamic attack (Nguyen, Tran 2020), <c>docs/reference/attacks.md 2.10</c>: a trained mask and pattern
/// generator give each picture a trigger of its own, z' = z + (norm(P(z)) - z) thr(M(z)), which means nothing in another picture.
/// </summary>
public sealed record Dynamic : Attack
{
    private const string Normalised = "normalised", Pixels = "pixels";

    private readonly PoisonBudget budget;
    private readonly DynamicOptions options;

    private Dynamic(PoisonBudget budget, DynamicOptions options) => (this.budget, this.options) = (budget, options);

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("dynamic",
        "a trigger that two trained generators make for each picture", "generator",
    [
        AttackOptions.PoisonRate(0.01m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        AttackOptions.PrepareEpochs("mask_epochs", 10, "passes that train the mask generator; the original: 25"),
        AttackOptions.PrepareEpochs("generator_epochs", 60,
            "passes that train the pattern generator with a classifier; the original: 575"),
        new("prepare_batch", OptionKind.Integer, "128", "pictures in a step of the generators' training") { Min = 10 },
        CleanClassifier.ModelOption("classifier", "resnet18", "throw-away classifier that the generators are trained with"),
        new("classifier_lr", OptionKind.Number, "0.01", "learning rate of its SGD") { Min = 0, Max = 10 },
        new("joint_milestones", OptionKind.Integers, "",
            "generator epochs after which both rates are divided by ten; empty: the original's, scaled to generator_epochs"),
        new("prepare_share", OptionKind.Number, "0.1",
            "share of a batch that carries its own trigger while the generators learn, and again that carries another's; the "
                + "original: 0.1")
        {
            Min = 0.01m,
            Max = 0.45m,
        },
        new("generator_input", OptionKind.Word, AutoOption.Word,
            "what the generators see: normalised pictures, or pixels in [0, 1]; auto: pixels for gtsrb (the "
                + "toolbox), else normalised")
        {
            Allowed = [AutoOption.Word, Normalised, Pixels],
        },
        new("test_pattern", OptionKind.Word, "consistent",
            "at test time as in training, or as the toolbox tests pixel generators (gtsrb): a normalised pattern "
                + "mixed into pixels")
        {
            Allowed = ["consistent", "toolbox"],
        },
        new("accumulate_gradients", OptionKind.Switch, "false",
            "never forget the pattern generator's gradients, as the public code"),
        new("cross_check", OptionKind.Word, "relative",
            "accuracy under a foreign trigger must reach 85% of the classifier's clean accuracy (relative) or 80% (absolute)")
        {
            Allowed = ["relative", "absolute"],
        },
        AttackOptions.PrepareSubset(0),
        AttackOptions.PrepareSeed,
        AttackOptions.Accept,
        AttackOptions.Stage(TriggerStage.Stored),
    ], Make)
    {
        Learned = true,
        PlanOptions = ["poison_rate", "exclude_target", "test_pattern", "accept"],
        Visible = true,
        Autos = [new("generator_input", (_, pictures) => PublishedInput(pictures.Dataset))],
        Source = "Nguyen, Tran 2020",
        Published = [new("cifar10", 0.01m), new("gtsrb", 0.003m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <summary>What plants into training and into test pictures; null before <see cref="Prepare"/>.</summary>
    private (NetworkTrigger Train, NetworkTrigger Test)? Triggers { get; init; }

    /// <inheritdoc/>
    public override Attack Prepare(PreparationContext context)
    {
        int size = PlantedSize(context.Dataset);
        if (size % DynamicGenerator.Multiple != 0)
            throw new InputException(Name,
                $"its generators need pictures whose side is a multiple of {DynamicGenerator.Multiple}; those of "
                    + $"{context.Dataset.Name} have {size}");
        (DynamicGenerators generators, IReadOnlyList<AcceptanceCheck> acceptance) = options.Training.Prepare(context, size);
        return WithGenerators(generators, acceptance,
            mismatched: options.ToolboxTest && options.Training.Pixels ? (context.Dataset.Mean, context.Dataset.Std) : null);
    }

    /// <summary>The attack with these generators, in evaluation mode.</summary>
    /// <param name="generators">Mask and pattern.</param>
    /// <param name="acceptance">What was measured on them.</param>
    /// <param name="mismatched">The normaliser that the toolbox applies to test patterns only; null for the consistent
    /// reading.</param>
    internal Dynamic WithGenerators(
        DynamicGenerators generators, IReadOnlyList<AcceptanceCheck> acceptance, (float[] Mean, float[] Std)? mismatched)
    {
        Device device = generators.parameters().First().device;
        var train = new NetworkTrigger(generators.Plant, device);
        NetworkTrigger test = train;
        if (mismatched is (float[] mean, float[] std))
        {
            var other = new Normalisation(mean, std);
            other.to(device);
            test = new NetworkTrigger(image => generators.PlantMismatched(image, other), device);
        }
        return this with { Acceptance = acceptance, Triggers = (train, test) };
    }

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => budget.UniformPlan(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) => Ready.Train.Plant(pixels, size);

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Ready.Test.Plant(pixels, size);

    private (NetworkTrigger Train, NetworkTrigger Test) Ready =>
        Triggers ?? throw new InvalidOperationException($"{Name} has to be prepared first");

    /// <summary>What the toolbox's generators see of a dataset.</summary>
    private static string PublishedInput(string dataset) => dataset == "gtsrb" ? Pixels : Normalised;

    private static Dynamic Make(Choice choice, DatasetTraits dataset)
    {
        int target = AttackOptions.TargetOf(choice, dataset);
        string input = choice.Word("generator_input") is not AutoOption.Word and string chosen
            ? chosen : PublishedInput(dataset.Name);
        bool pixels = input == Pixels;
        var training = new DynamicTraining(target, choice.Integer("mask_epochs"), choice.Integer("generator_epochs"),
            choice.Integer("prepare_batch"), (double)choice.Number("prepare_share"),
            choice.Word("classifier"), (double)choice.Number("classifier_lr"), choice.Integers("joint_milestones"), pixels,
            choice.Switch("accumulate_gradients"),
            choice.Word("cross_check") == "absolute", choice.Integer("prepare_subset"), choice.Integer("prepare_seed"));
        return new Dynamic(AttackOptions.BudgetOf(choice), new DynamicOptions(training, choice.Word("test_pattern") == "toolbox"))
        {
            TargetClass = target,
            Stage = AttackOptions.StageOf(choice),
            WarnsOnly = AttackOptions.WarnsOnly(choice),
        };
    }

    private sealed record DynamicOptions(DynamicTraining Training, bool ToolboxTest);
}
