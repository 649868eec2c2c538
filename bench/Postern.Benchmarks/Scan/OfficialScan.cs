using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary><see cref="PlainScans.Official"/> with what belongs to a scan of a Vim.</summary>
internal static class OfficialScan
{
    /// <summary>y [B, L, E], for per-token B and C [B, L, N].</summary>
    public static Tensor Apply(ScanInput scan) =>
        scan.Output(PlainScans.Official(scan.U, SelectiveScanLoop.Steps(scan), scan.A, scan.B, scan.C));
}
