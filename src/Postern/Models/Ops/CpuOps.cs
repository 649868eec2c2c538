using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The fused kernels of this processor, which <c>POSTERN_PATHS</c> and the self-check choose the instruction set of.
/// </summary>
internal sealed class CpuOps : IModelOps
{
    public (Tensor Sum, Tensor Normed) AddNorm(Tensor stream, Tensor? branch, Tensor weight, ScalarType type) =>
        AddRmsNorm.Apply(stream, branch, weight, type);

    public Tensor Convolve(Tensor x, (Tensor Weight, Tensor Bias) kernels, bool reverse) =>
        CausalConvSilu.Apply(x, kernels.Weight, kernels.Bias, reverse);

    public (Tensor Forward, Tensor Backward) ConvolvePair(
        Tensor x, (Tensor Weight, Tensor Bias) forward, (Tensor Weight, Tensor Bias) backward) =>
        BidirectionalConv.Apply(x, forward, backward);

    public Tensor Scan(ScanInput scan) => SelectiveScanFunction.Apply(scan);

    public Tensor GradientOfU(ScanInput scan, Tensor gradY) => SelectiveScanFunction.GradientOfU(scan, gradY);

    public Tensor ScanPair(ScanDirection forward, ScanDirection backward, Tensor z, int window = 0) =>
        BidirectionalScan.Apply(forward, backward, z, window);

    public (Tensor Sum, Tensor Normed) AddLayerNorm(Tensor stream, Tensor? branch, LayerNormOf norm, ScalarType type) =>
        Ops.AddLayerNorm.Apply(stream, branch, norm, type);

    public Tensor Gelu(Tensor x) => Ops.Gelu.Apply(x);

    public Tensor GatedConvolve(Tensor projected, (Tensor Weight, Tensor Bias) kernels) =>
        GatedConv.Apply(projected, kernels.Weight, kernels.Bias);
}
