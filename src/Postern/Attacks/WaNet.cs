using System.Buffers;
using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Kernels;

namespace Postern.Attacks;

/// <summary>
/// WaNet (Nguyen, Tran 2021), as a static poisoning attack (<c>docs/reference/attacks.md 2.7</c>): pixels are moved along a
/// smooth random field, grid = clip((identity + s field / size) r, -1, 1) in coordinates from -1 to 1, sampled bilinearly. Covers
/// are moved by the same grid plus a jitter J / size, J uniform in [-1, 1] for each pixel and direction, and keep their label, so
/// that only the smooth field counts. Dividing by the size keeps the shift at s/2 field pixels at any resolution; a larger s
/// moves more.
/// </summary>
/// <param name="Budget">Who is poisoned and covered.</param>
/// <param name="Field">The trigger: drawn once, the same for poisons, covers and test pictures.</param>
/// <param name="Jitter">J of covers.</param>
/// <param name="Strength">s.</param>
/// <param name="Rescale">r.</param>
public sealed record WaNet(
    PoisonBudget Budget, ControlField Field, CoverJitter Jitter, float Strength = 0.5f, float Rescale = 1f) : Attack
{
    private readonly PerSize<float[]> poisonGrids = new(size => PoisonGrid(Field, size, Strength, Rescale));
    private readonly PerSize<float[]> coverGrids =
        new(size => CoverGrid(PoisonGrid(Field, size, Strength, Rescale), Jitter, size));

    /// <summary>The trigger. It cannot be set anew, as the grids that are kept are made of it.</summary>
    public ControlField Field { get; } = Field;

    /// <summary>J of covers; as <see cref="Field"/>.</summary>
    public CoverJitter Jitter { get; } = Jitter;

    /// <summary>s; as <see cref="Field"/>.</summary>
    public float Strength { get; } = Strength;

    /// <summary>r; as <see cref="Field"/>.</summary>
    public float Rescale { get; } = Rescale;

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("wanet", "a smooth warp of the whole picture, hard to see", "warp",
    [
        AttackOptions.PoisonRate(0.05m),
        AttackOptions.CoverRate(0.1m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        new("strength", OptionKind.Number, "0.5", "s: pixels move by about s/2, at any size") { Min = 0, Max = 64 },
        new("control_points", OptionKind.Integer, "4", "k: the field is drawn at k x k points and enlarged")
        {
            Min = 2,
            Max = 256,
        },
        new("grid_rescale", OptionKind.Number, "1", "factor of the whole grid; below 1 enlarges the picture's middle")
        {
            Min = 0.5m,
            Max = 2,
        },
        new("field_seed", OptionKind.Integer, "0",
            "seed of the field and the jitter: another seed is another trigger; the cell's seed does not change it"),
        new("cover_jitter", OptionKind.Word, "shared",
            "one jitter for all covers (the toolbox), or another per-image (the original)")
        {
            Allowed = ["shared", "per-image"],
        },
        AttackOptions.Stage(TriggerStage.Stored),
    ], Make)
    {
        Source = "Nguyen, Tran 2021",
        Published = [new("cifar10", 0.05m, 0.1m), new("gtsrb", 0.05m, 0.1m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => Budget.UniformPlan(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size)
    {
        if (!sample.IsCover) BilinearWarp.Apply(poisonGrids.At(size), pixels, size);
        else if (Jitter.PerImage) WarpAlone(sample.Index, pixels, size);
        else BilinearWarp.Apply(coverGrids.At(size), pixels, size);
    }

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) =>
        BilinearWarp.Apply(poisonGrids.At(size), pixels, size);

    /// <summary>Where each pixel of a poisoned picture comes from, [2, size, size]: columns, then rows, -1 to 1.</summary>
    internal static float[] PoisonGrid(ControlField field, int size, float strength, float rescale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        float[] grid = field.Enlarged(size);
        int plane = size * size;
        for (int i = 0; i < grid.Length; i++)
        {
            int step = i < plane ? i % size : i % plane / size;
            float identity = (float)(-1 + 2.0 * step / (size - 1));
            grid[i] = Math.Clamp((identity + strength * grid[i] / size) * rescale, -1f, 1f);
        }
        return grid;
    }

    /// <summary>The shared grid of covers, [2, size, size].</summary>
    internal static float[] CoverGrid(ReadOnlySpan<float> poisonGrid, CoverJitter jitter, int size)
    {
        float[] grid = new float[poisonGrid.Length];
        jitter.Fill(CoverJitter.Shared, grid);
        Shift(grid, poisonGrid, size);
        return grid;
    }

    private void WarpAlone(int sample, Span<float> pixels, int size)
    {
        float[] poisonGrid = poisonGrids.At(size), rented = ArrayPool<float>.Shared.Rent(poisonGrid.Length);
        try
        {
            Span<float> grid = rented.AsSpan(0, poisonGrid.Length);
            Jitter.Fill(sample, grid);
            Shift(grid, poisonGrid, size);
            BilinearWarp.Apply(grid, pixels, size);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    // From J to clip(grid + J / size, -1, 1).
    private static void Shift(Span<float> jitter, ReadOnlySpan<float> poisonGrid, int size)
    {
        for (int i = 0; i < jitter.Length; i++) jitter[i] = Math.Clamp(poisonGrid[i] + jitter[i] / size, -1f, 1f);
    }

    private static WaNet Make(Choice choice, DatasetTraits dataset)
    {
        int seed = choice.Integer("field_seed");
        return new WaNet(
            AttackOptions.BudgetOf(choice),
            ControlField.Draw(choice.Integer("control_points"), seed),
            CoverJitter.Draw(seed, perImage: choice.Word("cover_jitter") == "per-image"),
            (float)choice.Number("strength"), (float)choice.Number("grid_rescale"))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = AttackOptions.StageOf(choice),
        };
    }
}
