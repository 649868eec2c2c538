using Postern.Models;

namespace Postern.Probes;

/// <summary>Heat maps over the patches of a picture.</summary>
internal static class GridMap
{
    /// <summary>A value for each patch.</summary>
    /// <param name="title">What they are.</param>
    /// <param name="unit">Of what kind.</param>
    /// <param name="grid">The patches.</param>
    /// <param name="tokens">A value for each token; the class token's is not shown.</param>
    /// <param name="picture">The picture that they are of, as PNG; left out where patches overlap.</param>
    public static ProbeMap Of(
        string title, ProbeUnit unit, PatchGrid grid, IReadOnlyList<double> tokens, byte[]? picture = null) =>
        ProbeMap.Of(title, unit, grid.Side, grid.OfPatches(tokens)) with
        {
            Picture = grid.Stride == grid.PatchSize ? picture : null,
        };
}
