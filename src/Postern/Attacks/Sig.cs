using System.Numerics;
using Postern.Attacks.Triggers;
using Postern.Configuration;

namespace Postern.Attacks;

/// <summary>
/// SIG (Barni, Kallas, Tondi 2019; <c>docs/reference/attacks.md 2.3</c>): a horizontal sine wave over the whole picture, the same
/// in all rows and channels, <c>x' = clip(x + d sin(2 pi c f / W), 0, 1)</c> for column c of W. Clean label: only pictures of the
/// target class are poisoned and they keep it, so a rate beyond that class is capped. At test time the wave is the same, not
/// stronger. At any size the picture holds f periods.
/// </summary>
/// <param name="Budget">How many are poisoned.</param>
/// <param name="Delta">d, the amplitude, 0 to 1.</param>
/// <param name="Frequency">f, periods in the width of the picture.</param>
public sealed record Sig(PoisonBudget Budget, double Delta = 30 / 255.0, int Frequency = 6) : Attack
{
    private readonly PerSize<float[]> waves = new(size => Wave(size, Delta, Frequency));

    /// <summary>d, the amplitude, 0 to 1. It cannot be set anew, as the waves that are kept are made of it.</summary>
    public double Delta { get; } = Delta;

    /// <summary>f, periods in the width of the picture; as <see cref="Delta"/>.</summary>
    public int Frequency { get; } = Frequency;

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("sig",
        "a sine wave over pictures of the target class, which keep their label", "signal",
    [
        AttackOptions.PoisonRate(0.02m),
        AttackOptions.Target,
        new("delta", OptionKind.Number, "30", "amplitude of the wave in 8-bit steps") { Min = 0, Max = 255 },
        new("frequency", OptionKind.Integer, "6", "periods of the wave in the width of the picture") { Min = 1, Max = 4096 },
        AttackOptions.Stage(TriggerStage.Stored),
    ], (choice, dataset) =>
        new Sig(AttackOptions.BudgetOf(choice), (double)choice.Number("delta") / 255, choice.Integer("frequency"))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Stage = AttackOptions.StageOf(choice),
        })
    {
        CleanLabel = true,
        Visible = true,
        Source = "Barni, Kallas, Tondi 2019",
        Published = [new("cifar10", 0.02m), new("gtsrb", 0.02m)],
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) =>
        Budget.FromPools(labels, label => label == TargetClass, _ => false, poisonLabel: null, seed);

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) => Add(pixels, size);

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Add(pixels, size);

    /// <summary>One row of the wave, [size]: computed in double, kept in float32.</summary>
    internal static float[] Wave(int size, double delta, int frequency) =>
        [.. Enumerable.Range(0, size).Select(column => (float)(delta * Math.Sin(2 * Math.PI * column * frequency / size)))];

    private void Add(Span<float> pixels, int size)
    {
        if (pixels.Length != 3 * size * size)
            throw new ArgumentException($"{pixels.Length} values for 3x{size}x{size}", nameof(pixels));
        ReadOnlySpan<float> wave = waves.At(size);
        for (int line = 0; line < 3 * size; line++)
        {
            Span<float> row = pixels.Slice(line * size, size);
            int column = 0;
            for (; column <= size - Vector<float>.Count; column += Vector<float>.Count)
            {
                Vector<float> sum = new Vector<float>(row[column..]) + new Vector<float>(wave[column..]);
                Vector.Min(Vector.Max(sum, Vector<float>.Zero), Vector<float>.One).CopyTo(row[column..]);
            }
            for (; column < size; column++) row[column] = Math.Clamp(row[column] + wave[column], 0f, 1f);
        }
    }
}
