using Postern.Attacks;

namespace Postern.Tests.Probes;

/// <summary>Two by two white pixels in the upper left corner, as white as nothing in a picture of stripes is.</summary>
internal sealed record WhiteDot : Attack
{
    /// <summary>White in the last channel, normalised; stripes stay below.</summary>
    public const float Normalised = (1 - 0.4f) / 0.5f;

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public WhiteDot() => TargetClass = ProbedStripes.Target;

    public override string Name => "white-dot";

    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => PoisonPlan.Empty;

    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) => ApplyTest(0, pixels, size);

    public override void ApplyTest(int index, Span<float> pixels, int size)
    {
        for (int i = 0; i < pixels.Length; i++)
            if (i / size % size < 2 && i % size < 2) pixels[i] = 1;
    }
}
