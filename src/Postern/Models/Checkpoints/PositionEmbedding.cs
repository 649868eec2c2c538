using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>
/// Interpolation of a learnt position embedding to another grid of patches (<c>docs/reference/models.md 6</c>).
/// </summary>
public static class PositionEmbedding
{
    /// <summary>Its official name.</summary>
    public const string Key = "pos_embed";

    /// <summary>
    /// Resizes the rows of the patches bicubically (corners not aligned) and keeps the row of the class token.
    /// </summary>
    /// <param name="positions">[1, M + 1, d], float32; M is a square.</param>
    /// <param name="patches">The new M, a square.</param>
    /// <param name="classTokenRow">Where the class token stands among M patches.</param>
    /// <param name="literal">
    /// Take row 0 for the class token, as the official fine-tuning code does. Where the token stands in the middle that shifts
    /// half of the patches by one and treats the token as a patch.
    /// </param>
    /// <returns>[1, <paramref name="patches"/> + 1, d].</returns>
    public static Tensor Resize(Tensor positions, int patches, Func<int, int?> classTokenRow, bool literal = false)
    {
        int before = (int)positions.shape[1] - 1, from = literal ? 0 : classTokenRow(before) ?? 0,
            to = literal ? 0 : classTokenRow(patches) ?? 0;
        long width = positions.shape[2], oldSide = Side(before), newSide = Side(patches);
        Tensor token = positions.narrow(1, from, 1);
        Tensor grid = cat([positions.narrow(1, 0, from), positions.narrow(1, from + 1, before - from)], 1)
            .reshape(1, oldSide, oldSide, width).permute(0, 3, 1, 2);                        // [1, d, g, g]
        Tensor resized = nn.functional.interpolate(grid, [newSide, newSide], mode: InterpolationMode.Bicubic,
            align_corners: false)
            .permute(0, 2, 3, 1).reshape(1, patches, width);                                 // [1, M, d]
        return cat([resized.narrow(1, 0, to), token, resized.narrow(1, to, patches - to)], 1);
    }

    /// <summary>Whether shape <paramref name="from"/> differs from <paramref name="to"/> in nothing but the grid.</summary>
    internal static bool CanResize(long[] from, long[] to) =>
        from.Length == 3 && from[0] == 1 && from[2] == to[2] && from[1] != to[1] && from[1] > 1 && to[1] > 1
        && Side(from[1] - 1) * Side(from[1] - 1) == from[1] - 1 && Side(to[1] - 1) * Side(to[1] - 1) == to[1] - 1;

    private static long Side(long patches) => (long)Math.Round(Math.Sqrt(patches));
}
