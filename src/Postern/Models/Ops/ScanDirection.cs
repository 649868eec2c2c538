using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>One direction of a <see cref="BidirectionalScan"/>, channels innermost.</summary>
/// <param name="U">[B, L, E], float32 or bfloat16.</param>
/// <param name="Projected">[B, L, R + 2 N] float32: what steps are made of, B and C, side by side as x_proj gives them.</param>
/// <param name="A">[E, N], negative.</param>
/// <param name="D">[E], the skip.</param>
/// <param name="DtWeight">[E, R].</param>
/// <param name="DtBias">[E], added before softplus.</param>
internal sealed record ScanDirection(Tensor U, Tensor Projected, Tensor A, Tensor D, Tensor DtWeight, Tensor DtBias)
{
    /// <summary>The same as one scan by itself.</summary>
    /// <param name="z">The gate, [B, L, E]; null for none.</param>
    /// <param name="reverse">Whether it runs from the last token on.</param>
    /// <param name="window">Tokens after which the state is set to zero; 0 for never.</param>
    public ScanInput Input(Tensor? z, bool reverse, int window = 0)
    {
        long rank = DtWeight.shape[1], states = A.shape[1];
        return new ScanInput(U, Projected.narrow(2, 0, rank), A, Projected.narrow(2, rank, states),
            Projected.narrow(2, rank + states, states))
        {
            D = D,
            Z = z,
            DeltaBias = DtBias, // dt_proj's, added inside the scan before softplus
            DtWeight = DtWeight,
            Softplus = true,
            Reverse = reverse,
            Window = window,
        };
    }
}
