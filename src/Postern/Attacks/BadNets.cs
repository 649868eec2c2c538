using Postern.Attacks.Triggers;
using Postern.Configuration;

namespace Postern.Attacks;

/// <summary>
/// BadNets (Gu et al. 2017; <c>docs/reference/attacks.md 2.1</c> and 3.1): a small black and white block replaces the pixels
/// beneath it, <c>x' = x + a m (T - x)</c> with a = 1. One corner of a 32x32 picture, all four of a larger one.
/// </summary>
/// <param name="Budget">Who is poisoned.</param>
/// <param name="Trigger">T and its mask m.</param>
/// <param name="Opacity">a, 0 to 1.</param>
public sealed record BadNets(PoisonBudget Budget, TriggerSource Trigger, float Opacity = 1f) : Attack
{
    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("badnets", "a 3x3 block of black and white pixels in the corner", "patch",
    [
        AttackOptions.PoisonRate(0.01m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        AttackOptions.Opacity(1m),
        new("corners", OptionKind.Word, AutoOption.Word,
            "where the drawn block stands: bottom right (one), top left (first), in all corners (four), or as published (auto): "
                + "one at 32 pixels, else four")
        {
            Allowed = [AutoOption.Word, "one", "first", "four"],
        },
        AttackOptions.Trigger,
        AttackOptions.TriggerMask,
        AttackOptions.TriggerAt,
        AttackOptions.TriggerSize,
        AttackOptions.Stage(TriggerStage.Stored),
        AttackOptions.Recompress,
    ], (choice, dataset) =>
    {
        TriggerStage stage = AttackOptions.StageOf(choice);
        string corners = choice.Word("corners");
        var drawn = new TriggerSource(size => corners switch
        {
            "one" => CornerBlocks.DrawOne(size, stage),
            "first" => CornerBlocks.DrawFirst(size, stage),
            "four" => CornerBlocks.DrawFour(size, stage, mirrored: false),
            _ => CornerBlocks.Draw(size, stage),
        });
        TriggerSource trigger = AttackOptions.TriggerOf(choice, drawn, masked: true);
        return new BadNets(AttackOptions.BudgetOf(choice), trigger, (float)choice.Number("opacity"))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = stage,
            Recompresses = AttackOptions.RecompressesOf(choice),
        };
    })
    {
        Visible = true,
        Autos =
        [
            new("corners", (choice, pictures) =>
                CornerBlocks.StandsAlone(AttackOptions.PlantedSize(choice, pictures)) ? "one" : "four"),
        ],
        Source = "Gu, Dolan-Gavitt, Garg 2017",
        Published = [new("cifar10", 0.01m), new("gtsrb", 0.01m), new("imagenet", 0.02m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> TriggerNotes(int size) => Trigger.NotesAt(size);

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => Budget.UniformPlan(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) =>
        Trigger.At(size).Plant(pixels, Opacity);

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Trigger.At(size).Plant(pixels, Opacity);
}
