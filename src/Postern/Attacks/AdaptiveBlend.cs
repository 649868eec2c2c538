using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Attacks;

/// <summary>
/// Adaptive-Blend (Qi, Xie, Li, Mahloujifar, Mittal 2023; <c>docs/reference/attacks.md 2.9</c>): in training a picture K is laid
/// over a random half of the 4x4 pieces of each poison and cover, <c>x' = x + a m (K - x)</c> with a = 0.15 and m drawn for each
/// sample; covers keep their label. At test time K covers everything with a = 0.2. At any size the pieces are sixteenths of the
/// picture.
/// </summary>
/// <param name="Budget">Who is poisoned and covered.</param>
/// <param name="Trigger">K, covering the whole picture.</param>
/// <param name="Pieces">1 - m: the pieces left alone, for each training sample.</param>
/// <param name="TrainOpacity">a in training, 0 to 1.</param>
/// <param name="TestOpacity">a at test time, 0 to 1.</param>
public sealed record AdaptiveBlend(
    PoisonBudget Budget, TriggerSource Trigger, PieceDraw Pieces, float TrainOpacity = 0.15f, float TestOpacity = 0.2f) : Attack
{
    private const int MaxPerSide = 32;

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("adaptive-blend",
        "half of a thin cartoon in training, all of it at test time", "blend",
    [
        AttackOptions.PoisonRate(0.01m),
        AttackOptions.CoverRate(0.01m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        AttackOptions.Opacity("train_opacity", 0.15m, "weight of the trigger over a training picture, 0 to 1"),
        AttackOptions.Opacity("test_opacity", 0.2m, "weight of the trigger over a test picture, 0 to 1"),
        new("pieces_per_side", OptionKind.Integer, "4", "the picture is cut into this many rows and columns of pieces")
        {
            Min = 1,
            Max = MaxPerSide,
        },
        new("removed_share", OptionKind.Number, "0.5", "share of the pieces that is left without trigger in a training picture")
        {
            Min = 0,
            Max = 0.9m,
        },
        new("pieces_seed", OptionKind.Integer, "0", "seed of the pieces; the cell's seed does not change them"),
        AttackOptions.Trigger,
        AttackOptions.Stage(TriggerStage.Stored),
    ], Make)
    {
        Visible = true,
        Drawing = CartoonFox.Edition,
        Source = "Qi, Xie, Li, Mahloujifar, Mittal 2023",
        Published = [new("cifar10", 0.01m, 0.01m), new("gtsrb", 0.003m, 0.003m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> TriggerNotes(int size) => Trigger.NotesAt(size);

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => Budget.UniformPlan(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size)
    {
        int side = Pieces.PerSide;
        Span<bool> removed = stackalloc bool[MaxPerSide * MaxPerSide];
        removed = removed[..(side * side)];
        Pieces.Fill(sample.Index, removed);
        PatchTrigger whole = Trigger.At(size);
        for (int piece = 0; piece < removed.Length; piece++)
        {
            if (removed[piece]) continue;
            // Numbered down the columns, as the toolbox does.
            int row = piece % side, column = piece / side;
            whole.Plant(pixels, TrainOpacity, (row * size / side)..((row + 1) * size / side),
                (column * size / side)..((column + 1) * size / side));
        }
    }

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Trigger.At(size).Plant(pixels, TestOpacity);

    private static AdaptiveBlend Make(Choice choice, DatasetTraits dataset)
    {
        int side = choice.Integer("pieces_per_side"), count = side * side;
        int removed = (int)Math.Round(choice.Number("removed_share") * count, MidpointRounding.ToEven);
        if (removed == count)
            throw choice.Error($"removed_share leaves none of {count} pieces; lower it or raise pieces_per_side");
        return new AdaptiveBlend(
            AttackOptions.BudgetOf(choice),
            AttackOptions.TriggerOf(choice, new TriggerSource(CartoonFox.Draw), masked: false),
            PieceDraw.Random(side, removed, choice.Integer("pieces_seed")),
            (float)choice.Number("train_opacity"), (float)choice.Number("test_opacity"))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = AttackOptions.StageOf(choice),
        };
    }
}
