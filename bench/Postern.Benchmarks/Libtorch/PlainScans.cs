using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// The selective scan as people write it in tensor operations: u and delta [B, L, E], a [E, N], b and c [B, L, N] to [B, L, E];
/// h_t = exp(delta_t a) h_(t-1) + delta_t b_t u_t, y_t = c_t h_t.
/// </summary>
internal static class PlainScans
{
    /// <summary>Token by token: nothing larger than one token's state [B, E, N] is made at a time.</summary>
    public static Tensor Loop(Tensor u, Tensor delta, Tensor a, Tensor b, Tensor c) =>
        SelectiveScanLoop.Apply(new ScanInput(u, delta, a, b, c));

    /// <summary>
    /// As Mamba's official reference (<c>selective_scan_ref</c>), which people run where the CUDA kernel is not to be had:
    /// exp(delta a) and delta b u of all tokens at once, [B, E, L, N], then sliced token by token.
    /// </summary>
    public static Tensor Official(Tensor u, Tensor delta, Tensor a, Tensor b, Tensor c)
    {
        Tensor decay = einsum("ble,en->beln", delta, a).exp();
        Tensor input = einsum("ble,bln,ble->beln", delta, b, u);
        Tensor h = zeros(u.shape[0], a.shape[0], a.shape[1]);
        var outputs = new Tensor[u.shape[1]];
        for (long t = 0; t < outputs.Length; t++)
        {
            h = decay.select(2, t) * h + input.select(2, t);
            outputs[t] = einsum("ben,bn->be", h, c.select(1, t));
        }
        return stack(outputs, 1);
    }

    /// <summary>
    /// Hillis and Steele's: in ceil(log2 L) rounds each token takes in the run of tokens that ends before its own begins.
    /// </summary>
    public static Tensor Associative(Tensor u, Tensor delta, Tensor a, Tensor b, Tensor c)
    {
        Tensor decay = (delta.unsqueeze(-1) * a).exp();                                      // [B, L, E, N]
        Tensor h = (delta * u).unsqueeze(-1) * b.unsqueeze(2);                               // [B, L, E, N]
        long tokens = u.shape[1];
        for (long reach = 1; reach < tokens; reach *= 2)
        {
            Tensor later = decay.narrow(1, reach, tokens - reach);
            h = cat([h.narrow(1, 0, reach), h.narrow(1, reach, tokens - reach) + later * h.narrow(1, 0, tokens - reach)], 1);
            decay = cat([decay.narrow(1, 0, reach), later * decay.narrow(1, 0, tokens - reach)], 1);
        }
        return einsum("blen,bln->ble", h, c);
    }
}
