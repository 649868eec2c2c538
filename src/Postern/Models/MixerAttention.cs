using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// What one direction of a mixer does to its input x, [B, L, E], as a matrix for each channel (Zimerman et al. 2024):
/// y = Λ x + c with Λ = diag(SiLU z) (α + D I) diag(σ(v)) K, where v = K x + bias is the convolution before its SiLU. Its two
/// terms tell what the state carries, over any distance, from what the convolution carries, over three tokens.
/// </summary>
/// <param name="Alpha">Hidden attention, [B, E, R, L] of the <see cref="Readers"/> (<see cref="HiddenAttention"/>).</param>
/// <param name="D">The skip, [E].</param>
/// <param name="Gate">z before its SiLU, [B, L, E].</param>
/// <param name="Convolved">v, [B, L, E].</param>
/// <param name="Kernel">The convolution, [E, K], the token itself last.</param>
/// <param name="Reverse">Whether it runs from the last token on.</param>
public sealed record MixerAttention(Tensor Alpha, Tensor D, Tensor Gate, Tensor Convolved, Tensor Kernel, bool Reverse)
{
    /// <summary>The tokens whose rows are there; null for all, in order.</summary>
    public IReadOnlyList<int>? Readers { get; init; }

    /// <summary>One direction of a mixer as a tap on it shows it.</summary>
    /// <param name="scan">Its scan, whose convolution is known.</param>
    /// <param name="readers">Whose rows; null for all.</param>
    public static MixerAttention Of(ScanReading scan, IReadOnlyList<int>? readers = null)
    {
        ConvolutionInput before = scan.Convolution!;
        Tensor alpha = readers is null
            ? HiddenAttention.Matrix(scan) : stack([.. readers.Select(r => HiddenAttention.Row(scan, r))], 2);
        return new MixerAttention(alpha, scan.Input.D!, scan.Gate, before.Convolved(scan.Reverse), before.Kernel, scan.Reverse)
        {
            Readers = readers,
        };
    }

    /// <summary>Λ, [B, E, R, L].</summary>
    public Tensor Lambda() => Around(Alpha + Skip());

    /// <summary>The part that goes through the state.</summary>
    public Tensor ThroughState() => Around(Alpha);

    /// <summary>The part that goes past the state, through the convolution alone.</summary>
    public Tensor ThroughConvolution() => Around(Skip());

    /// <summary>c, [B, R, E]: the same product applied to the convolution's <paramref name="bias"/>, [E].</summary>
    public Tensor Constant(Tensor bias)
    {
        Tensor open = Convolved.sigmoid() * bias;                                                        // [B, L, E]
        return (Alpha + Skip()).matmul(Columns(open)).squeeze(-1).transpose(1, 2) * Rows(nn.functional.silu(Gate), 1);
    }

    /// <summary>
    /// The share of some tokens in what a reader takes in, [B], 0 to 1: of the magnitudes of a matrix [B, E, R, L] in the mean of
    /// channels, at the place of the reader among R.
    /// </summary>
    public static Tensor Share(Tensor matrix, int reader, IReadOnlyList<int> tokens)
    {
        Tensor row = matrix.select(2, reader).abs().mean([1L]);                                          // [B, L]
        return row.index_select(1, tensor(tokens.Select(t => (long)t).ToArray())).sum([1L]) / row.sum([1L]);
    }

    private Tensor Around(
        Tensor inner) => (Rows(Columns(nn.functional.silu(Gate)), 2) * inner * Columns(Convolved.sigmoid()).transpose(2, 3))
        .matmul(Toeplitz());

    private Tensor Skip() => D.view(-1, 1, 1) * Rows(eye(Gate.shape[1], dtype: Gate.dtype, device: Gate.device), 0);

    /// <summary>What belongs to the readers.</summary>
    private Tensor Rows(Tensor tokens, long dimension) => Readers is null ? tokens
        : tokens.index_select(dimension, tensor(Readers.Select(r => (long)r).ToArray(), device: tokens.device));

    /// <summary>[B, L, E] to [B, E, L, 1].</summary>
    private static Tensor Columns(Tensor tokens) => tokens.transpose(1, 2).unsqueeze(-1);

    /// <summary>
    /// K as a matrix, [E, L, L]: each token's own tap on the diagonal, earlier ones (later ones, reversed) beside it.
    /// </summary>
    private Tensor Toeplitz()
    {
        long length = Gate.shape[1], taps = Kernel.shape[1];
        Tensor matrix = zeros([Kernel.shape[0], length, length], Gate.dtype, Gate.device);
        for (long back = 0; back < Math.Min(taps, length); back++)
        {
            Tensor shifted = diag_embed(ones(length - back, dtype: Gate.dtype, device: Gate.device), Reverse ? back : -back);
            matrix = matrix + Kernel.narrow(1, taps - 1 - back, 1).unsqueeze(-1) * shifted;
        }
        return matrix;
    }
}
