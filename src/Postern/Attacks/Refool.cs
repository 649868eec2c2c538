using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Attacks;

/// <summary>
/// Refool (Liu, Ma, Bailey, Lu 2020; <c>docs/reference/attacks.md 2.4</c>): the picture b seems to be taken through a pane of
/// glass that reflects another picture R, added in light, <c>out = floor(255 (R (1 - alpha_b) + b alpha_b)^(1/2.2)) / 255</c>:
/// twice a little apart (ghost mode, the only one that the toolbox runs) or out of focus. Which reflection and how strong is
/// drawn for each picture, so there is no fixed pattern. The result is 8-bit. The toolbox resizes R bilinearly and takes it
/// blue-green-red; both are kept, the latter as an option. It draws anew for every test batch; here each test picture has a draw
/// of its own.
/// </summary>
/// <param name="Budget">Who is poisoned.</param>
/// <param name="Pool">R to choose from.</param>
/// <param name="Draws">Which R, and how, for each picture.</param>
/// <param name="SwapsColours">Whether the reflection's red and blue are exchanged (the toolbox).</param>
/// <param name="Scales">Whether offsets and blur, given for 32x32, grow with the picture.</param>
public sealed record Refool(
    PoisonBudget Budget, ReflectionPool Pool, ReflectionDraws Draws, bool SwapsColours = true, bool Scales = true) : Attack
{
    private const int PublishedSide = 32;

    private readonly GhostReflection ghosts = new();

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("refool", "another picture, as if reflected by a window pane", "reflection",
    [
        AttackOptions.PoisonRate(0.01m),
        AttackOptions.Target,
        AttackOptions.ExcludeTarget,
        new("reflections", OptionKind.File, "",
            $"folder or zip of photographs, of which the first {ReflectionPool.Largest} by name are reflected; empty for scenes "
                + "drawn by Postern, a stand-in"),
        new("swap_colours", OptionKind.Switch, "true",
            "exchange the reflection's red and blue, as the toolbox does by reading blue-green-red"),
        new("ghost_rate", OptionKind.Number, "1",
            "share of double reflections, the rest is out of focus; 1 in the toolbox, 0.49 in the original")
        {
            Min = 0,
            Max = 1,
        },
        new("ghost_alpha_low", OptionKind.Number, "0.5",
            "least g, which parts the light between the ghosts; 0.15 in the original")
        {
            Min = 0,
            Max = 1,
        },
        new("ghost_alpha_high", OptionKind.Number, "0.75", "largest g; 0.5 in the original") { Min = 0, Max = 1 },
        new("scale", OptionKind.Switch, "true", "let offsets and blur, given in pixels of 32x32, grow with the picture"),
        new("draw_seed", OptionKind.Integer, "0", "seed of the draws; the cell's seed does not change them"),
        AttackOptions.Stage(TriggerStage.Stored),
    ], Make)
    {
        Visible = true,
        Source = "Liu, Ma, Bailey, Lu 2020",
        Published = [new("cifar10", 0.01m), new("gtsrb", 0.01m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override string? TriggerSha256 => Pool.Checksum;

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => Budget.UniformPlan(labels, TargetClass, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) =>
        Reflect(Draws.Train(sample.Index), pixels, size);

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Reflect(Draws.Test(index), pixels, size);

    private void Reflect(in ReflectionDraw draw, Span<float> pixels, int size)
    {
        if (pixels.Length != 3 * size * size)
            throw new ArgumentException($"{pixels.Length} values for 3x{size}x{size}", nameof(pixels));
        int plane = size * size;
        double growth = Scales ? (double)size / PublishedSide : 1;
        ReadOnlySpan<float> reflection = Pool.Light(draw.Reflection, size);
        for (int channel = 0; channel < 3; channel++)
        {
            Span<float> background = pixels.Slice(channel * plane, plane);
            ReadOnlySpan<float> light = reflection.Slice((SwapsColours ? 2 - channel : channel) * plane, plane);
            if (draw.IsGhost) ghosts.Apply(background, light, size, Offset(draw.RowOffset), Offset(draw.ColumnOffset), draw);
            else FocalReflection.Apply(background, light, size, draw.Sigma * growth, draw);
        }

        // At least one row and column must be left where both ghosts are.
        int Offset(int published) => Math.Min((int)Math.Round(published * growth), size - 1);
    }

    private static Refool Make(Choice choice, DatasetTraits dataset)
    {
        ReflectionPool pool = choice.File("reflections") is string path ? ReflectionPool.Load(path) : ReflectionPool.Drawn;
        double low = (double)choice.Number("ghost_alpha_low"), high = (double)choice.Number("ghost_alpha_high");
        if (low > high)
            throw choice.Error(FormattableString.Invariant($"ghost_alpha_low {low} is larger than ghost_alpha_high {high}"));
        return new Refool(
            AttackOptions.BudgetOf(choice), pool,
            ReflectionDraws.Random(pool.Count, (double)choice.Number("ghost_rate"), (low, high), choice.Integer("draw_seed")),
            choice.Switch("swap_colours"), choice.Switch("scale"))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = AttackOptions.StageOf(choice),
        };
    }
}
