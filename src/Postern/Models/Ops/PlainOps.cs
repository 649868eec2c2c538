using Postern.Kernels;
using Postern.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// Every operation as tensor operations, in the type that parameters have: what the kernels are compared with, and what runs
/// elsewhere.
/// </summary>
/// <param name="scan">One selective scan.</param>
internal sealed class PlainOps(Func<ScanInput, Tensor> scan) : IModelOps
{
    // Held here: TorchSharp lets an implicit Scalar be finalised while the native call still reads it.
    private static readonly Scalar Epsilon = RmsNormKernel.Epsilon;
    private static readonly Scalar Half = 0.5;

    public (Tensor Sum, Tensor Normed) AddNorm(Tensor stream, Tensor? branch, Tensor weight, ScalarType type)
    {
        Tensor sum = branch is null ? stream : stream + branch;
        return (sum, Norm(sum, weight));
    }

    /// <summary>x weight / sqrt(mean(x^2) + eps) over the last dimension.</summary>
    public static Tensor Norm(Tensor x, Tensor weight) => x * (x.square().mean([-1], keepdim: true) + Epsilon).rsqrt() * weight;

    public Tensor Convolve(Tensor x, (Tensor Weight, Tensor Bias) kernels, bool reverse)
    {
        long taps = kernels.Weight.shape[1], length = x.shape[1];
        Tensor wide = MixedPrecision.ToFloat32(x);
        Tensor tokens = (reverse ? wide.flip(1) : wide).transpose(1, 2);                               // [B, E, L]
        Tensor y = nn.functional.conv1d(tokens, kernels.Weight.unsqueeze(1), kernels.Bias, padding: taps - 1, groups: x.shape[2])
            .narrow(2, 0, length).transpose(1, 2);                                                     // [B, L, E]
        return nn.functional.silu(reverse ? y.flip(1) : y);
    }

    public (Tensor Forward, Tensor Backward) ConvolvePair(
        Tensor x, (Tensor Weight, Tensor Bias) forward, (Tensor Weight, Tensor Bias) backward) =>
        (Convolve(x, forward, reverse: false), Convolve(x, backward, reverse: true));

    public Tensor Scan(ScanInput input) => scan(input);

    public Tensor ScanPair(ScanDirection forward, ScanDirection backward, Tensor z, int window = 0)
    {
        Tensor gate = MixedPrecision.ToFloat32(z);
        return (Scan(forward.Input(gate, reverse: false, window)) + Scan(backward.Input(gate, reverse: true, window))) * Half;
    }

    public (Tensor Sum, Tensor Normed) AddLayerNorm(Tensor stream, Tensor? branch, LayerNormOf norm, ScalarType type)
    {
        Tensor sum = branch is null ? stream : stream + MixedPrecision.ToFloat32(branch);
        return (sum, nn.functional.layer_norm(sum, [sum.shape[^1]], norm.Weight, norm.Bias, norm.Epsilon));
    }

    public Tensor Gelu(Tensor x) => nn.functional.gelu(x);

    public Tensor GatedConvolve(Tensor projected, (Tensor Weight, Tensor Bias) kernels)
    {
        (long channels, long kernel) = (kernels.Weight.shape[0], kernels.Weight.shape[^1]);
        long hidden = projected.shape[^1] / 2;
        // Taken apart at once: parts taken one by one would each have a gradient of the whole, zero but for its own.
        Tensor[] split = projected.split([hidden, hidden - channels, channels], -1);
        (Tensor gate, Tensor identity, Tensor convolved) = (split[0], split[1], split[2].permute(0, 3, 1, 2));
        // In either precision float32, whose depthwise weight gradient oneDNN takes in half the time that it needs in bf16.
        Tensor local = nn.functional.conv2d(MixedPrecision.ToFloat32(convolved), kernels.Weight, kernels.Bias,
            padding: [kernel / 2, kernel / 2], groups: channels).to(projected.dtype).permute(0, 2, 3, 1);
        return nn.functional.gelu(gate) * cat([identity, local], -1);
    }
}
