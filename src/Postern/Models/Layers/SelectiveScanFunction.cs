using static TorchSharp.torch;

namespace Postern.Models.Layers;

internal static class SelectiveScanFunction
{
    public static Tensor Apply(ScanInput scan) => SelectiveScanLoop.Apply(scan);
}
