using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Laying all patches of a picture's map on each other: what recurs in every patch stays, what does not averages out.
/// </summary>
internal static class PatchFold
{
    /// <summary>[B, S, S] to [B, P, P], the mean of whole patches; pixels beyond the last whole one are left out.</summary>
    public static Tensor Of(Tensor maps, int patch)
    {
        long count = maps.shape[1] / patch, side = count * patch;
        return maps.narrow(1, 0, side).narrow(2, 0, side).reshape(-1, count, patch, count, patch).mean([1L, 3L]);
    }

    /// <summary>
    /// The share of a map's variance, [S, S], that its folded patch explains, 0 to 1; NaN of a map without any.
    /// </summary>
    public static double Share(Tensor map, int patch)
    {
        long side = map.shape[0] / patch * patch;
        Tensor whole = map.narrow(0, 0, side).narrow(1, 0, side).to(ScalarType.Float64);
        Tensor fold = Of(whole.unsqueeze(0), patch)[0], mean = whole.mean();
        return (fold - mean).square().mean().ToDouble() / (whole - mean).square().mean().ToDouble();
    }

    /// <summary>What <see cref="Share"/> is in the mean of maps of independent pixels.</summary>
    /// <param name="side">S.</param>
    /// <param name="patch">P.</param>
    public static double ShareByChance(int side, int patch)
    {
        double pixels = Math.Pow(side / patch * patch, 2);
        return pixels > 1 ? (patch * patch - 1) / (pixels - 1) : double.NaN;
    }
}
