using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>What a selective scan remembers, and for how long; tokens are in the order of the picture.</summary>
public static class ScanMemory
{
    private static readonly Scalar Ln2 = Math.Log(2);

    /// <summary>The mean step of each token, [B, L]: how much of it is written, and how much it makes the state forget.</summary>
    public static Tensor DeltaMap(ScanReading scan) => scan.Delta.mean([2L]);

    /// <summary>
    /// What is left, when <paramref name="reader"/> reads, of what stood in the state after each token that the scan passes
    /// before it, the reader last of them: exp(A (S_m - S_t)), S the sum of steps so far, in the mean of channels and states.
    /// </summary>
    /// <param name="scan">The scan.</param>
    /// <param name="reader">m, such as the class token.</param>
    /// <returns>[B, m + 1], or [B, L - m] from the reader on where the scan runs backwards.</returns>
    public static Tensor Decay(ScanReading scan, int reader)
    {
        long length = scan.Delta.shape[1], from = scan.Reverse ? reader : 0, count = scan.Reverse ? length - reader : reader + 1;
        Tensor steps = scan.Delta.to(ScalarType.Float64).narrow(1, from, count);                      // [B, T, E]
        // Of the tokens behind it up to the reader, whose own step counts.
        Tensor sums = (scan.Reverse ? steps.flip(1) : steps).cumsum(1);
        Tensor passed = sums.narrow(1, count - 1, 1) - sums;
        passed = (scan.Reverse ? passed.flip(1) : passed).unsqueeze(-1);                              // [B, T, E, 1]
        return (passed * scan.A.to(ScalarType.Float64)).exp().mean([2L, 3L]).to(scan.Delta.dtype);
    }

    /// <summary>Tokens after which half of a state is gone at each token's step: ln 2 / (Δ |A|), [B, L, E, N].</summary>
    public static Tensor HalfLife(ScanReading scan) => Ln2 / (scan.Delta.unsqueeze(-1) * scan.A.abs());

    /// <summary>The largest decay factor of each token and channel, exp(Δ max A), [B, L, E]: near 1 where all is kept.</summary>
    public static Tensor SpectralRadius(ScanReading scan) => (scan.Delta * scan.A.amax([1L])).exp();

    /// <summary>
    /// How far two runs' states differ after each token, as a share of the first one's: |h'_t - h_t| / |h_t|, [B, L], 0 where
    /// nothing differs yet.
    /// </summary>
    /// <param name="clean">The run that is compared with.</param>
    /// <param name="triggered">The other one.</param>
    public static Tensor StateDifference(ScanReading clean, ScanReading triggered)
    {
        Tensor before = clean.States(), after = triggered.States();                                   // [B, L, E, N]
        return (after - before).flatten(2).norm(2, p: 2) / before.flatten(2).norm(2, p: 2);
    }

    /// <summary>
    /// How much each token's writing counts in all that is read of it later, [B, L, E]: (Δ B)' P (Δ B) with the observability
    /// Gramian P_t = C_t C_t' + Ā P Ā of the next token of the scan, which is the sum over readers of the squared hidden
    /// attention.
    /// </summary>
    public static Tensor Influence(ScanReading scan)
    {
        (long batch, long length, long channels) = (scan.U.shape[0], scan.U.shape[1], scan.U.shape[2]);
        Tensor delta = scan.Delta, gramian =
            zeros([batch, channels, scan.A.shape[1], scan.A.shape[1]], delta.dtype, delta.device);
        var influences = new Tensor[length];
        for (long i = length - 1; i >= 0; i--)
        {
            long t = scan.Reverse ? length - 1 - i : i;
            Tensor c = scan.C.select(1, t), b = scan.B.select(1, t),
                step = delta.select(1, t).unsqueeze(-1);   // [B, N], [B, E, 1]
            gramian = gramian + (c.unsqueeze(-1) * c.unsqueeze(-2)).unsqueeze(1);
            Tensor written = step * b.unsqueeze(1);                                                             // [B, E, N]
            influences[t] = (gramian.matmul(written.unsqueeze(-1)).squeeze(-1) * written).sum([-1L]);           // [B, E]
            Tensor decay = (step * scan.A).exp();                                                               // [B, E, N]
            gramian = decay.unsqueeze(-1) * gramian * decay.unsqueeze(-2);
        }
        return stack(influences, 1);
    }
}
