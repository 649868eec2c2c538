using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>
/// Maps in bf16 in oneDNN's own layout, sixteen channels of a pixel side by side. A convolution of plain maps [B, C, H, W] brings
/// its input into that layout and its result back, a tenth of a ResNet's step; maps that stay in it go from convolution to norm
/// to convolution as they are, and oneDNN's batch norm and ReLU take a third of the time of libtorch's. Statistics and sums are
/// float32, what is rounded is what plain maps round, and weights are given in float32. libtorch has no backward pass of a batch
/// norm over running statistics for such maps.
/// </summary>
internal static class OneDnnLayout
{
    // TorchSharp binds the way back only.
    private static readonly Lazy<jit.CompilationUnit> script = new(() => jit.compile("def pack(x):\n    return x.to_mkldnn()\n"));

    /// <summary>
    /// Whether networks keep their maps so: where the processor multiplies bf16 (elsewhere libtorch may refuse such maps), unless
    /// the comparison of this machine chose plain maps.
    /// </summary>
    public static bool InUse { get; set; } = CpuFeatures.Current.HasBfloat16;

    /// <summary>Whether a network of this processor keeps its maps so.</summary>
    public static bool Takes(Tensor pictures) => InUse && pictures.device_type == TorchSharp.DeviceType.CPU;

    /// <summary>[B, C, H, W] of any type to bf16 in oneDNN's layout, with the same shape.</summary>
    public static Tensor Pack(Tensor x) => (Tensor)script.Value.invoke("pack", x.to(ScalarType.BFloat16))!;

    /// <summary>The plain bf16 tensor.</summary>
    public static Tensor Unpack(Tensor x) => x.to_dense();
}
