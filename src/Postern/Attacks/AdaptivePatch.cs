using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Attacks;

/// <summary>
/// Adaptive-Patch (Qi, Xie, Li, Mahloujifar, Mittal 2023; <c>docs/reference/attacks.md 2.8</c>): in training each poison and each
/// cover gets one of several faint triggers, <c>x' = x + a_j m_j (T_j - x)</c>; by rank, the first quarter of the poisons (and of
/// the covers) the first trigger and so on. Covers keep their label. At test time other, stronger ones are planted one after
/// another. They keep their places in proportion at any size.
/// </summary>
/// <param name="Budget">Who is poisoned and covered.</param>
/// <param name="TrainTriggers">T_j with a_j, at least one.</param>
/// <param name="TestTriggers">In the order of planting; later ones cover earlier ones.</param>
public sealed record AdaptivePatch(
    PoisonBudget Budget, IReadOnlyList<WeightedTrigger> TrainTriggers, IReadOnlyList<WeightedTrigger> TestTriggers) : Attack
{
    private const string Phoenix = "phoenix_corner", TwoPhoenixes = "phoenix_corner2", Firefox = "firefox_corner";
    private const string Blocks = "badnet_patch4", Square = "trojan_square";

    private const string Cifar10 = "cifar10", Gtsrb = "gtsrb";

    private static readonly string[] TrainNames = [Phoenix, Firefox, Blocks, Square];

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("adaptive-patch",
        "four faint triggers in training, two full ones at test time", "patch",
    [
        AttackOptions.PoisonRate(0.01m),
        AttackOptions.CoverRate(0.02m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        new("train_opacities", OptionKind.Integers, "50,20,50,30",
            "weights in percent of the corner block, the round trigger, the four blocks, the square")
        {
            Min = 0,
            Max = 100,
        },
        AttackOptions.Opacity("test_opacity", 1m, "weight of the test triggers over the picture, 0 to 1"),
        new("test_marks", OptionKind.Word, AutoOption.Word,
            "cifar10: two corner blocks, then the four blocks; gtsrb: the round trigger, then the square; auto: the toolbox's "
                + "choice, gtsrb for gtsrb and cifar10 for all others")
        {
            Allowed = [AutoOption.Word, Cifar10, Gtsrb],
        },
        new("triggers", OptionKind.File, "",
            "folder with phoenix_corner_32.png, firefox_corner_32.png, ... and their mask_ files; empty for the triggers "
                + "drawn by Postern"),
        AttackOptions.Stage(TriggerStage.Stored),
    ], Make)
    {
        Visible = true,
        Autos = [new("test_marks", (_, pictures) => PublishedTest(pictures.Dataset))],
        Source = "Qi, Xie, Li, Mahloujifar, Mittal 2023",
        Published = [new("cifar10", 0.01m, 0.02m), new("gtsrb", 0.005m, 0.01m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => Budget.UniformPlan(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size)
    {
        // The smallest j with rank < (j + 1) count / triggers, in real division.
        long part = (long)sample.Rank * TrainTriggers.Count / Math.Max(1, sample.Count);
        TrainTriggers[(int)Math.Min(part, TrainTriggers.Count - 1)].Plant(pixels, size);
    }

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size)
    {
        for (int i = 0; i < TestTriggers.Count; i++) TestTriggers[i].Plant(pixels, size);
    }

    private static AdaptivePatch Make(Choice choice, DatasetTraits dataset)
    {
        string layout = choice.Word("test_marks") is not AutoOption.Word and string chosen ? chosen : PublishedTest(dataset.Name);
        int[] percent = choice.Integers("train_opacities");
        if (percent.Length != TrainNames.Length)
            throw choice.Error(
                $"train_opacities holds {percent.Length} values, expected {TrainNames.Length}, one for each trigger");
        string[] testNames = layout == Gtsrb ? [Firefox, Square] : [TwoPhoenixes, Blocks];
        TriggerStage stage = AttackOptions.StageOf(choice);
        string? folder = choice.File("triggers");
        // One source for each name, so that a trigger of both lists is made once.
        Dictionary<string, TriggerSource> sources = TrainNames.Union(testNames)
            .ToDictionary(name => name, name => folder is null ? Drawn(name, stage) : FromFolder(folder, name));
        float testOpacity = (float)choice.Number("test_opacity");
        return new AdaptivePatch(
            AttackOptions.BudgetOf(choice),
            [.. TrainNames.Zip(percent, (name, value) => new WeightedTrigger(sources[name], value / 100f))],
            [.. testNames.Select(name => new WeightedTrigger(sources[name], testOpacity))])
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = stage,
        };
    }

    /// <summary>Which test triggers the toolbox uses on a dataset.</summary>
    private static string PublishedTest(string dataset) => dataset == Gtsrb ? Gtsrb : Cifar10;

    private static TriggerSource Drawn(string name, TriggerStage stage) => new(size => name switch
    {
        Phoenix => SmallTriggers.Bird(size, stage),
        TwoPhoenixes => SmallTriggers.TwoBirds(size, stage),
        Firefox => SmallTriggers.FireRing(size, stage),
        Blocks => SmallTriggers.MirroredBlocks(size, stage),
        _ => SmallTriggers.Confetti(size, stage),
    });

    private static TriggerSource FromFolder(string folder, string name)
    {
        string picture = Path.Combine(folder, $"{name}_32.png"), mask = Path.Combine(folder, $"mask_{name}_32.png");
        return TriggerSource.Masked(picture, File.Exists(mask) ? mask : null);
    }
}

/// <summary>A trigger and how strongly it is planted.</summary>
/// <param name="Trigger">T with its mask m.</param>
/// <param name="Opacity">a, 0 to 1.</param>
public readonly record struct WeightedTrigger(TriggerSource Trigger, float Opacity)
{
    /// <summary>Plants the trigger into a picture, [3, size, size].</summary>
    public void Plant(Span<float> pixels, int size) => Trigger.At(size).Plant(pixels, Opacity);
}
