using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>The fused selective scan.</summary>
public static class SelectiveScanFunction
{
    /// <summary>y [B, L, E].</summary>
    public static Tensor Apply(ScanInput scan) => SelectiveScanLoop.Apply(scan);
}
