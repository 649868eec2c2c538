using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>How far tensors are apart.</summary>
internal static class TensorDifference
{
    /// <summary>The largest difference of <paramref name="actual"/> from <paramref name="expected"/>, as a share of the largest
    /// expected value.</summary>
    public static float Of(Tensor actual, Tensor expected) =>
        ((actual - expected).abs().max() / expected.abs().max().clamp_min(1e-12)).item<float>();
}
