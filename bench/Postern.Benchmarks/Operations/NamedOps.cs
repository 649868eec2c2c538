using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// A network's fused operations, counted by name: they are managed code, of which libtorch tells in backward passes alone.
/// </summary>
internal sealed class NamedOps(IModelOps ops) : IModelOps
{
    public (Tensor Sum, Tensor Normed) AddNorm(Tensor stream, Tensor? branch, Tensor weight, ScalarType type) =>
        OperationTimes.Named("add and norm", () => ops.AddNorm(stream, branch, weight, type));

    public Tensor Convolve(Tensor x, (Tensor Weight, Tensor Bias) kernels, bool reverse) =>
        OperationTimes.Named("convolution", () => ops.Convolve(x, kernels, reverse));

    public (Tensor Forward, Tensor Backward) ConvolvePair(
        Tensor x, (Tensor Weight, Tensor Bias) forward, (Tensor Weight, Tensor Bias) backward) =>
        OperationTimes.Named("both convolutions", () => ops.ConvolvePair(x, forward, backward));

    public Tensor Scan(ScanInput scan) => OperationTimes.Named("scan", () => ops.Scan(scan));

    public Tensor GradientOfU(ScanInput scan, Tensor gradY) =>
        OperationTimes.Named("scan's gradient", () => ops.GradientOfU(scan, gradY));

    public Tensor ScanPair(ScanDirection forward, ScanDirection backward, Tensor z, int window = 0) =>
        OperationTimes.Named("both scans", () => ops.ScanPair(forward, backward, z, window));

    public (Tensor Sum, Tensor Normed) AddLayerNorm(Tensor stream, Tensor? branch, LayerNormOf norm, ScalarType type) =>
        OperationTimes.Named("add and layer norm", () => ops.AddLayerNorm(stream, branch, norm, type));

    public Tensor Gelu(Tensor x) => OperationTimes.Named("GELU", () => ops.Gelu(x));

    public Tensor GatedConvolve(Tensor projected, (Tensor Weight, Tensor Bias) kernels) =>
        OperationTimes.Named("gated convolution", () => ops.GatedConvolve(projected, kernels));
}
