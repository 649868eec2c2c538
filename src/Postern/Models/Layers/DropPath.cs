using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// Stochastic depth: zeroes the whole branch of a sample with probability <c>rate</c> and scales survivors by 1 / (1 - rate).
/// The draw is a function of (seed, step, layer, sample).
/// </summary>
internal static class DropPath
{
    /// <summary>
    /// Applies it to <paramref name="branch"/>, [B, ...]; the identity outside training or at rate 0. Otherwise the result is
    /// float32, as the factor is: few are exact in bfloat16.
    /// </summary>
    /// <param name="branch">[B, ...].</param>
    /// <param name="rate">Probability that a sample's branch is zeroed.</param>
    /// <param name="training">Whether the network is being trained.</param>
    /// <param name="key">Seed and step.</param>
    /// <param name="layer">Number of the layer.</param>
    /// <param name="first">Place of the first sample in the step's batch (<see cref="Backbone.FirstOfStep"/>).</param>
    public static Tensor Apply(
        Tensor branch, double rate, bool training, (long Seed, long Step) key, int layer, int first = 0)
    {
        if (!training || rate == 0) return branch;
        int batch = (int)branch.shape[0];
        float[] keep = new float[batch];
        RandomStream stream = RandomStream.For(key.Seed, "drop-path", key.Step, layer);
        for (int i = 0; i < first; i++) stream.NextBool(rate);
        for (int i = 0; i < batch; i++) keep[i] = stream.NextBool(rate) ? 0f : (float)(1.0 / (1.0 - rate));
        long[] shape = new long[branch.dim()];
        Array.Fill(shape, 1);
        shape[0] = batch;
        return branch * tensor(keep, shape, device: branch.device);
    }
}
