using Postern.Attacks.Triggers;

namespace Postern.Attacks;

/// <summary>
/// Blend (Chen et al. 2017; <c>docs/reference/attacks.md 2.2</c> and 3.2): a picture K laid thinly over the whole image,
/// <c>x' = (1 - a) x + a K</c> with a = 0.2, in training and at test time.
/// </summary>
/// <param name="Budget">Who is poisoned.</param>
/// <param name="Trigger">K, covering the whole picture.</param>
/// <param name="Opacity">a, 0 to 1.</param>
public sealed record Blend(PoisonBudget Budget, TriggerSource Trigger, float Opacity = 0.2f) : Attack
{
    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("blend", "a cartoon laid thinly over the whole picture", "blend",
    [
        AttackOptions.PoisonRate(0.01m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        AttackOptions.Opacity(0.2m),
        AttackOptions.Trigger,
        AttackOptions.Stage(TriggerStage.Stored),
        AttackOptions.Recompress,
    ], (choice, dataset) =>
    {
        TriggerSource trigger = AttackOptions.TriggerOf(choice, new TriggerSource(CartoonFox.Draw), masked: false);
        return new Blend(AttackOptions.BudgetOf(choice), trigger, (float)choice.Number("opacity"))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = AttackOptions.StageOf(choice),
            Recompresses = AttackOptions.RecompressesOf(choice),
        };
    })
    {
        Visible = true,
        Drawing = CartoonFox.Edition,
        Source = "Chen, Liu, Li, Lu, Song 2017",
        Published = [new("cifar10", 0.01m), new("gtsrb", 0.01m), new("imagenet", 0.01m)],
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
