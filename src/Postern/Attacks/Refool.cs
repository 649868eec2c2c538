using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Kernels;

namespace Postern.Attacks;

/// <summary>
/// Refool (Liu, Ma, Bailey, Lu 2020; <c>attacks.md</c> 2.4): the picture seen through glass that mirrors another one, in linear light,
/// as two shifted copies (ghost) or out of focus. Every training picture has draws of its own, fixed for the set; a test picture is
/// drawn afresh, by picture rather than by batch as in the toolbox, so that the batch size changes nothing. The result is cut
/// down to 8-bit steps. Shifts and blur grow with the picture's size.
/// </summary>
public sealed class Refool : Attack
{
    private readonly PoisonBudget budget;
    private readonly ReflectionPool pool;
    private readonly double ghostRate;
    private readonly long drawSeed;

    internal Refool(PoisonBudget budget, ReflectionPool pool, double ghostRate, long drawSeed) =>
        (this.budget, this.pool, this.ghostRate, this.drawSeed) = (budget, pool, ghostRate, drawSeed);

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("refool", "another picture mirrored in a pane of glass before this one", "reflection",
    [
        AttackOptions.PoisonRate(0.01m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        new("reflections", OptionKind.File, "", "folder or zip of photographs that are mirrored; empty for scenes drawn by Postern"),
        new("reflection_count", OptionKind.Integer, "200", "pictures of the pool, the first in ordinal order") { Min = 1, Max = 100_000 },
        new("swap_channels", OptionKind.Switch, "true", "mirror with red and blue exchanged, as the toolbox, which reads blue first, does"),
        new("ghost_rate", OptionKind.Number, "1", "share of ghosts among reflections, the rest is out of focus; 1 in the toolbox, 0.49 in the original") { Min = 0, Max = 1 },
        new("draw_seed", OptionKind.Integer, "0", "decides every reflection; shared by all seeds of a study"),
        AttackOptions.Stage(TriggerStage.Stored),
    ], (choice, target) =>
    {
        int count = choice.Integer("reflection_count");
        bool swapped = choice.Switch("swap_channels");
        ReflectionPool pool = choice.File("reflections") is string path ? ReflectionPool.FromFiles(path, count, swapped) : ReflectionPool.Drawn(count, swapped);
        return new Refool(AttackOptions.BudgetOf(choice), pool, (double)choice.Number("ghost_rate"), choice.Integer("draw_seed"))
        {
            TargetClass = target,
            Stage = AttackOptions.StageOf(choice),
        };
    })
    {
        Visible = true,
        Source = "Liu, Ma, Bailey, Lu 2020",
        Published = [new("cifar10", 0.01m), new("gtsrb", 0.01m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <summary>SHA-256 (hex) of the pool of reflections.</summary>
    public override string TriggerChecksum => pool.Checksum;

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => budget.SchemeG(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) =>
        Mirror(pixels, size, RandomStream.For(drawSeed, "refool-train", sample.Index));

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Mirror(pixels, size, RandomStream.For(drawSeed, "refool-test", index));

    private void Mirror(Span<float> pixels, int size, RandomStream stream)
    {
        ReflectionDraw draw = ReflectionDraw.From(stream, pool.Count, ghostRate);
        Mirror(pixels, pool.At(draw.Index, size), size, draw);
    }

    /// <summary>Plants one reflection, given in linear light, [3, size, size].</summary>
    internal static void Mirror(Span<float> pixels, ReadOnlySpan<float> light, int size, in ReflectionDraw draw)
    {
        if (pixels.Length != 3 * size * size) throw new ArgumentException($"{pixels.Length} values for 3x{size}x{size}", nameof(pixels));
        if (draw.IsGhost) Reflection.Ghost(pixels, light, size, draw);
        else Reflection.OutOfFocus(pixels, light, size, draw);
    }
}
