using Postern.Kernels;
using Postern.Models.Layers;
using Postern.Native.Cuda;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The fused kernels of a card, behind the interface of the processor's. What they have no form for (more than 16 states, or more
/// than 4 taps, layer norm, GELU and two-dimensional convolutions) is left to plain operations, with the scan in chunks.
/// </summary>
/// <param name="module">The kernels on the card that tensors lie on.</param>
internal sealed class CudaOps(CudaModule module) : IModelOps
{
    private static readonly PlainOps Rest = new(ChunkedScan.Apply);

    public (Tensor Sum, Tensor Normed) AddNorm(Tensor stream, Tensor? branch, Tensor weight, ScalarType type) =>
        CudaNorm.Apply(module, stream, branch, weight, type);

    public Tensor Convolve(Tensor x, (Tensor Weight, Tensor Bias) kernels, bool reverse)
    {
        if (kernels.Weight.shape[1] > GpuKernels.Taps) return Rest.Convolve(x, kernels, reverse);
        Tensor wide = MixedPrecision.ToFloat32(x);
        return CudaConv.Apply(module, wide, reverse ? null : kernels, reverse ? kernels : null)[0];
    }

    public (Tensor Forward, Tensor Backward) ConvolvePair(
        Tensor x, (Tensor Weight, Tensor Bias) forward, (Tensor Weight, Tensor Bias) backward)
    {
        if (forward.Weight.shape[1] > GpuKernels.Taps) return Rest.ConvolvePair(x, forward, backward);
        List<Tensor> u = CudaConv.Apply(module, x, forward, backward);
        return (u[0], u[1]);
    }

    public Tensor Scan(ScanInput scan) => scan.A.shape[1] > GpuKernels.States
        ? Rest.Scan(scan)
        : CudaScan.Apply(module, [scan with { U = MixedPrecision.ToFloat32(scan.U) }], scan.Z is null
            ? null : MixedPrecision.ToFloat32(scan.Z), scale: 1);

    public Tensor ScanPair(ScanDirection forward, ScanDirection backward, Tensor z, int window = 0) =>
        forward.A.shape[1] > GpuKernels.States
            ? Rest.ScanPair(forward, backward, z, window)
            : CudaScan.Apply(
                module, [forward.Input(null, reverse: false, window), backward.Input(null, reverse: true, window)], z,
                scale: 0.5f);

    public (Tensor Sum, Tensor Normed) AddLayerNorm(Tensor stream, Tensor? branch, LayerNormOf norm, ScalarType type) =>
        Rest.AddLayerNorm(stream, branch, norm, type);

    public Tensor Gelu(Tensor x) => Rest.Gelu(x);

    public Tensor GatedConvolve(Tensor projected, (Tensor Weight, Tensor Bias) kernels) => Rest.GatedConvolve(projected, kernels);
}
