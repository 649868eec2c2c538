using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// The scan as Mamba's official plain-PyTorch reference writes it (<c>selective_scan_ref</c>): exp(delta A) and delta B u are
/// made for all tokens at once, [B, E, L, N], and sliced token by token. What people run where the CUDA kernel is not to be had.
/// </summary>
internal static class OfficialScan
{
    /// <summary>y [B, L, E], for per-token B and C [B, L, N] with skip, gate, bias and softplus.</summary>
    public static Tensor Apply(ScanInput scan)
    {
        Tensor u = scan.U.transpose(1, 2);                                                                    // [B, E, L]
        Tensor delta = nn.functional.softplus(scan.Delta.transpose(1, 2) + scan.DeltaBias!.unsqueeze(-1), 1, 20);
        Tensor decay = einsum("bdl,dn->bdln", delta, scan.A).exp();                                           // [B, E, L, N]
        Tensor input = einsum("bdl,bln,bdl->bdln", delta, scan.B, u);                                         // [B, E, L, N]
        Tensor h = zeros(u.shape[0], u.shape[1], scan.A.shape[1]);                                            // [B, E, N]
        var outputs = new Tensor[u.shape[2]];
        for (long t = 0; t < outputs.Length; t++)
        {
            h = decay.select(2, t) * h + input.select(2, t);
            outputs[t] = einsum("bdn,bn->bd", h, scan.C.select(1, t));
        }
        Tensor y = (stack(outputs, 2) + u * scan.D!.unsqueeze(-1)).transpose(1, 2);                           // [B, L, E]
        return y * nn.functional.silu(scan.Z!);
    }
}
