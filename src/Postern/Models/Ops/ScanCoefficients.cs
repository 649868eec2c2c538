using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// B or C of a scan in whichever of its forms ([B, L, N], [B, L, G, N], constant [E, N]) as rows that one stride leads through
/// from token to token and one from group to group: 0 where all share a row.
/// </summary>
/// <param name="Rows">The numbers.</param>
/// <param name="Token">From token to token, in elements.</param>
/// <param name="Group">From group to group, in elements.</param>
internal readonly record struct ScanCoefficients(Tensor Rows, long Token, long Group)
{
    /// <summary>The groups that a matrix needs: its own, or one for each channel where it is constant.</summary>
    public static long Groups(Tensor matrix, long channels) =>
        matrix.dim() switch { 2 => channels, 3 => 1, _ => matrix.shape[2] };

    /// <summary>A matrix for a scan in <paramref name="groups"/> groups, which its own divide.</summary>
    public static ScanCoefficients Of(Tensor matrix, long groups)
    {
        if (matrix.dim() == 2) return new(matrix.contiguous(), 0, matrix.shape[1]);
        if (matrix.dim() == 3)
        {
            Tensor rows = TensorRows.Rows(matrix);
            return new(rows, TensorRows.TokenStride(rows), 0);
        }
        long own = matrix.shape[2], states = matrix.shape[3];
        Tensor dense = own == 1 ? matrix.contiguous() : matrix.repeat_interleave(groups / own, dim: 2).contiguous();
        return new(dense, dense.shape[2] * states, own == 1 ? 0 : states);
    }

    /// <summary>The gradient of a matrix in its own form.</summary>
    /// <param name="all">[B, L, G, N], of every group.</param>
    /// <param name="matrix">The matrix.</param>
    public static Tensor Gradient(Tensor all, Tensor matrix)
    {
        if (matrix.dim() == 2) return all.sum([0L, 1L]);
        if (matrix.dim() == 3) return all.shape[2] == 1 ? all.squeeze(2) : all.sum([2L]);
        long own = matrix.shape[2];
        return own == all.shape[2] ? all : all.view(all.shape[0], all.shape[1], own, -1, all.shape[3]).sum([3L]);
    }
}
