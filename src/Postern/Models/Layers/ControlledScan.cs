using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// One direction's scan, or what a control has in its place. What needs no state is made of tensor operations over [B, L, E], the
/// rest of the fused scan.
/// </summary>
internal static class ControlledScan
{
    /// <summary>Whether the kind is a scan of its own, with these inputs or others.</summary>
    public static bool IsScan(SsmKind kind) => kind is not (SsmKind.Identity or SsmKind.NoMemory);

    /// <summary>A of a kind that is a scan: [E, N].</summary>
    public static Tensor Decay(SsmKind kind, Tensor a) => kind == SsmKind.NoForgetting ? zeros_like(a) : a;

    /// <summary>y [B, L, E] in float32, behind the skip and the gate that <paramref name="scan"/> has.</summary>
    /// <param name="kind">What is computed.</param>
    /// <param name="scan">Its arguments; of <see cref="SsmKind.Lti"/>, those of every token already the same.</param>
    /// <param name="ops">How it is computed.</param>
    public static Tensor Of(SsmKind kind, ScanInput scan, IModelOps ops)
    {
        scan = scan with { U = MixedPrecision.ToFloat32(scan.U) };
        if (IsScan(kind)) return ops.Scan(scan with { A = Decay(kind, scan.A) });
        return scan.Output(kind == SsmKind.NoMemory
            ? SelectiveScanLoop.Steps(scan) * scan.U * (scan.B * scan.C).sum([-1L], keepdim: true) : zeros_like(scan.U));
    }
}
