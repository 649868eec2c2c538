using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// What a selective scan amounts to as attention (Ali et al. 2024): s_i = sum_j α_ij u_j for each channel, with α from Δ, A, B
/// and C. A row is a backward pass of the scan itself with a one at its token, so that it costs what that costs, decays of any
/// size included.
/// </summary>
public static class HiddenAttention
{
    /// <summary>How much each token's u counts in what one token reads: [B, E, L], 0 for those after it in the scan.</summary>
    /// <param name="scan">What the scan computes with.</param>
    /// <param name="token">The reader, in the order of the picture.</param>
    public static Tensor Row(ScanReading scan, int token) => Row(scan.Input, token, ModelOps.For(scan.U));

    /// <summary>Every row: [B, E, L, L], readers before those that are read.</summary>
    public static Tensor Matrix(ScanReading scan) => Matrix(scan.Input, ModelOps.For(scan.U));

    internal static Tensor Row(ScanInput scan, int token, IModelOps ops) => Rows(scan, [token], ops)[0];

    internal static Tensor Matrix(ScanInput scan, IModelOps ops) =>
        stack(Rows(scan, Enumerable.Range(0, (int)scan.U.shape[1]), ops), 2);

    private static Tensor[] Rows(ScanInput scan, IEnumerable<int> tokens, IModelOps ops)
    {
        ScanInput alone = scan with { D = null, Z = null };
        return [.. tokens.Select(token =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor one = zeros_like(scan.U);
            one.narrow(1, token, 1).fill_(1);
            return ops.GradientOfU(alone, one).transpose(1, 2).MoveToOuterDisposeScope();          // [B, E, L]
        })];
    }
}
