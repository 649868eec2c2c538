using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Attacks;

/// <summary>
/// The paper's own trigger (Lee et al. 2024; <c>docs/reference/attacks.md 2.12</c>): single pixels repeated over the whole
/// picture, so that every patch of the backbone carries the same faint pattern. By default <c>x' = clip(x + (v/255) L, 0, 1)</c>
/// with v = 30 and L a lattice that leaves one pixel untouched between neighbours. The paper publishes no code; the options are
/// its readings.
/// </summary>
/// <param name="Budget">Who is poisoned.</param>
/// <param name="Lattice">L: which pixels are changed.</param>
/// <param name="Mode">How they are changed.</param>
/// <param name="Intensity">v, in 8-bit steps, 0 to 255.</param>
public sealed record PatchPixel(PoisonBudget Budget, PixelLattice Lattice, PixelMode Mode, float Intensity) : Attack
{
    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("patch-pixel",
        "single pixels repeated in every patch, barely visible", "pixel",
    [
        AttackOptions.PoisonRate(0.02m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        new("intensity", OptionKind.Number, "30", "strength v in 8-bit steps; the paper tries 8 to 30") { Min = 0, Max = 255 },
        new("mode", OptionKind.Word, "add", "add v; set to v; or blend towards white with weight v/255")
        {
            Allowed = ["add", "set", "blend"],
        },
        new("layout", OptionKind.Word, "lattice", "lattice; checkerboard (each row one pixel further); or one-per-patch")
        {
            Allowed = ["lattice", "checkerboard", "one-per-patch"],
        },
        new("gap", OptionKind.Integer, "1", "untouched pixels between neighbours of lattice and checkerboard")
        {
            Min = 1,
            Max = 255,
        },
        new("patch_size", OptionKind.Integer, "16", "side of a patch for one-per-patch, in pixels") { Min = 1, Max = 4096 },
        new("phase_row", OptionKind.Integer, "0", "row of the first pixel, within its period or patch") { Min = 0 },
        new("phase_column", OptionKind.Integer, "0", "column of the first pixel, within its period or patch") { Min = 0 },
        AttackOptions.Stage(TriggerStage.Auto),
        AttackOptions.Recompress,
    ], Make)
    {
        Source = "Lee, Tsai, Yu, Lu 2024",
        Published = [new("imagenet", 0.02m)],
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
        float v = Intensity / 255f;
        for (int line = 0; line < 3 * size; line++)
        {
            int first = Lattice.FirstColumn(line % size);
            if (first < 0) continue;
            Span<float> row = pixels.Slice(line * size, size);
            for (int column = first; column < size; column += Lattice.Period)
            {
                float x = row[column];
                row[column] = Mode switch
                {
                    PixelMode.Add => Math.Clamp(x + v, 0f, 1f),
                    PixelMode.Set => v,
                    _ => x + v * (1f - x),
                };
            }
        }
    }

    private static PatchPixel Make(Choice choice, DatasetTraits dataset)
    {
        bool onePerPatch = choice.Word("layout") == "one-per-patch";
        int period = onePerPatch ? choice.Integer("patch_size") : choice.Integer("gap") + 1;
        int row = choice.Integer("phase_row"), column = choice.Integer("phase_column");
        if (Math.Max(row, column) >= period)
        {
            throw choice.Error($"phase_row {row} and phase_column {column} must be below "
                + (onePerPatch ? $"patch_size {period}" : $"gap + 1 = {period}"));
        }
        var lattice = new PixelLattice(period, row, column, choice.Word("layout") == "checkerboard");
        PixelMode mode = choice.Word("mode") switch { "add" => PixelMode.Add, "set" => PixelMode.Set, _ => PixelMode.Blend };
        return new PatchPixel(AttackOptions.BudgetOf(choice), lattice, mode, (float)choice.Number("intensity"))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = AttackOptions.StageOf(choice),
            Recompresses = AttackOptions.RecompressesOf(choice),
        };
    }
}

/// <summary>How <see cref="PatchPixel"/> changes a pixel of value x with strength v in [0, 1].</summary>
public enum PixelMode
{
    /// <summary>clip(x + v, 0, 1).</summary>
    Add,
    /// <summary>v.</summary>
    Set,
    /// <summary>(1 - v) x + v: towards white, so that its strength, too, grows with v.</summary>
    Blend,
}
