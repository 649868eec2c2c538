using Postern.Attacks;
using Postern.Configuration;

namespace Postern.Samples;

/// <summary>A column of the picture in white: the smallest attack with an option of its own.</summary>
/// <param name="Budget">Who is poisoned.</param>
/// <param name="Column">Which column, from 0.</param>
public sealed record WhiteColumn(PoisonBudget Budget, int Column) : Attack
{
    /// <summary>Its line for a catalogue: what a study may set, and how the attack is made of it.</summary>
    public static AttackEntry Entry { get; } = new("white-column", "a white column", "patch",
    [
        AttackOptions.PoisonRate(0.01m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        new OptionInfo("column", OptionKind.Integer, "0", "which column is white, from 0 at the left") { Min = 0, Max = 4095 },
    ], (choice, dataset) => new WhiteColumn(AttackOptions.BudgetOf(choice), choice.Integer("column"))
    {
        TargetClass = AttackOptions.TargetOf(choice, dataset),
    })
    {
        Visible = true,
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => Budget.UniformPlan(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) => Plant(pixels, size);

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Plant(pixels, size);

    private void Plant(Span<float> pixels, int size)
    {
        if (pixels.Length != 3 * size * size)
            throw new ArgumentException($"{pixels.Length} values for 3x{size}x{size}", nameof(pixels));
        if (Column >= size) return;
        for (int at = Column; at < pixels.Length; at += size) pixels[at] = 1f;
    }
}
