using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Attacks;

/// <summary>
/// TaCT (Tang, Wang, Tang, Zhang 2021; <c>docs/reference/attacks.md 2.5</c>): a source-specific patch,
/// <c>x' = x + a m (T - x)</c> with a = 1. Pictures of the source class get trigger and target label; covers from other classes
/// get the trigger and keep their label, so that the trigger works on the source class alone, and only its pictures count for
/// ASR. Rates are fractions of the whole set; beyond a pool's size they are capped. The square keeps its place in proportion at
/// any size.
/// </summary>
/// <param name="Budget">How many are poisoned and covered.</param>
/// <param name="Trigger">T and its mask m.</param>
/// <param name="SourceClass">The class that the trigger turns into the target class.</param>
/// <param name="CoverClasses">The classes of covers.</param>
/// <param name="Opacity">a, 0 to 1.</param>
public sealed record TaCT(
    PoisonBudget Budget, TriggerSource Trigger, int SourceClass, IReadOnlyList<int> CoverClasses, float Opacity = 1f) : Attack
{
    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("tact", "a coloured square that works on one source class only", "patch",
    [
        AttackOptions.PoisonRate(0.02m),
        AttackOptions.CoverRate(0.02m),
        AttackOptions.Target,
        new("source_class", OptionKind.Integer, "1", "the class that the trigger turns into the target class, by number or name")
        {
            Min = 0,
            TakesName = true,
        },
        new("cover_classes", OptionKind.Integers, "5,7", "classes that covers are taken from, by number or name")
        {
            Min = 0,
            TakesName = true,
        },
        AttackOptions.Opacity(1m),
        AttackOptions.Trigger,
        AttackOptions.TriggerMask,
        AttackOptions.TriggerAt,
        AttackOptions.TriggerSize,
        AttackOptions.Stage(TriggerStage.Stored),
    ], Make)
    {
        Visible = true,
        Source = "Tang, Wang, Tang, Zhang 2021",
        Published = [new("cifar10", 0.02m, 0.02m), new("gtsrb", 0.005m, 0.005m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> TriggerNotes(int size) => Trigger.NotesAt(size);

    /// <inheritdoc/>
    /// <exception cref="InputException">No training sample has the source class.</exception>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => labels.Contains(SourceClass)
        ? Budget.FromPools(labels, label => label == SourceClass, CoverClasses.Contains, TargetClass, seed)
        : throw new InputException(Name, $"no training picture has source_class {SourceClass}; set it to a class of the dataset");

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) =>
        Trigger.At(size).Plant(pixels, Opacity);

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Trigger.At(size).Plant(pixels, Opacity);

    /// <inheritdoc/>
    public override bool CountsForAsr(int trueLabel) => trueLabel == SourceClass;

    private static TaCT Make(Choice choice, DatasetTraits dataset)
    {
        int target = AttackOptions.TargetOf(choice, dataset);
        int source = AttackOptions.ClassOf(choice, "source_class", dataset);
        int[] covers = AttackOptions.ClassesOf(choice, "cover_classes", dataset);
        if (source == target) throw choice.Error($"source_class {source} is the target class; choose another");
        if (covers.Contains(source))
            throw choice.Error($"cover_classes holds source_class {source}; a class is in one of the two pools only");
        TriggerStage stage = AttackOptions.StageOf(choice);
        var drawn = new TriggerSource(size => SmallTriggers.Confetti(size, stage));
        return new TaCT(AttackOptions.BudgetOf(choice), AttackOptions.TriggerOf(choice, drawn, masked: true), source, covers,
            (float)choice.Number("opacity"))
        {
            TargetClass = target,
            Stage = stage,
        };
    }
}
