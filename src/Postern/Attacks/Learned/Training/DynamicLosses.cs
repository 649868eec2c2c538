using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>The losses of the input-aware attack's generators (<c>docs/reference/attacks.md 2.10</c>).</summary>
internal static class DynamicLosses
{
    private static readonly Scalar Density = 0.032, NormWeight = 100, Tiny = 1e-7, Smallest = 1.17549435e-38;

    /// <summary>
    /// Mean over the batch of sqrt(mean (x1 - x2)^2) / (sqrt(mean (a1 - a2)^2) + 1e-7), the inner means over a picture: large
    /// where different pictures get like triggers.
    /// </summary>
    /// <param name="a1">What belongs to <paramref name="x1"/>, [B, C, S, S].</param>
    /// <param name="a2">What belongs to <paramref name="x2"/>, [B, C, S, S].</param>
    /// <param name="x1">[B, 3, S, S].</param>
    /// <param name="x2">[B, 3, S, S].</param>
    public static Tensor Diversity(Tensor a1, Tensor a2, Tensor x1, Tensor x2) =>
        (Distance(x1, x2) / (Distance(a1, a2) + Tiny)).mean();

    /// <summary>mean(relu(mask - 0.032)): how much of the picture is masked above the density allowed.</summary>
    public static Tensor Excess(Tensor mask) => (mask - Density).relu().mean();

    /// <summary>100 times the excess plus the diversity term: what the mask generator minimises.</summary>
    public static Tensor Mask(Tensor mask1, Tensor mask2, Tensor x1, Tensor x2) =>
        Excess(mask1) * NormWeight + Diversity(mask1, mask2, x1, x2);

    // Where two are equal the root has no gradient; clamped to the smallest normal number it has one of 0.
    private static Tensor Distance(Tensor a, Tensor b) => (a - b).square().mean([1, 2, 3]).clamp_min(Smallest).sqrt();
}
