using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary><see cref="PlainScans.Official"/> with what belongs to a scan of a Vim.</summary>
internal static class OfficialScan
{
    /// <summary>y [B, L, E], for per-token B and C [B, L, N] with skip, gate, bias and softplus.</summary>
    public static Tensor Apply(ScanInput scan)
    {
        Tensor delta = nn.functional.softplus(scan.Delta + scan.DeltaBias!, 1, 20);
        return (PlainScans.Official(scan.U, delta, scan.A, scan.B, scan.C) + scan.U * scan.D!) * nn.functional.silu(scan.Z!);
    }
}
