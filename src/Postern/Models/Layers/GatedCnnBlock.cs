using Postern.Models.Ops;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// The branch of a Gated CNN block, [B, H, W, C] to [B, H, W, C]: LN, a projection that splits into gate, identity part and
/// convolution part, a 7x7 depthwise convolution of the last, the gate, and a projection back. The branch is added to the stream
/// by what comes next, together with that one's norm.
/// </summary>
internal sealed class GatedCnnBlock : nn.Module
{
    private const int Kernel = 7;
    private readonly MixedPrecision mixed;
    private readonly int dim, hiddenDim;
    private readonly double normEps;
    private readonly LayerNorm norm;
    private readonly Linear fc1, fc2;
    private readonly Conv2d conv;

    public GatedCnnBlock(MixedPrecision mixed, int dim, double normEps) : base("GatedCnnBlock")
    {
        (this.mixed, this.dim, this.normEps) = (mixed, dim, normEps);
        // The official code truncates: of 32 channels it makes 85.
        hiddenDim = (int)(8.0 / 3.0 * dim);
        norm = nn.LayerNorm(dim, eps: normEps);
        fc1 = nn.Linear(dim, 2 * hiddenDim);
        conv = nn.Conv2d(dim, dim, Kernel, padding: Kernel / 2, groups: dim);
        fc2 = nn.Linear(hiddenDim, dim);
        register_module("norm", norm);
        register_module("fc1", fc1);
        register_module("conv", conv);
        register_module("fc2", fc2);
    }

    /// <summary>Multiply-adds at each place of the map.</summary>
    public long MultiplyAddsPerPixel => 3L * dim * hiddenDim + Kernel * Kernel * dim;

    /// <summary>The stream with what was still to be added, and this block's branch: [B, H, W, C] each.</summary>
    public (Tensor Stream, Tensor Branch) forward(Tensor stream, Tensor? branch, IModelOps ops, NamedTaps taps)
    {
        (Tensor sum, Tensor normed) = ops.AddLayerNorm(stream, branch, LayerNormOf.Module(norm, normEps), mixed.Type);
        Tensor hidden = ops.GatedConvolve(mixed.Linear(normed, fc1), (conv.weight, conv.bias!)); // [B, H, W, h]
        if (taps.Any) hidden = taps.Pass("hidden", MixedPrecision.ToFloat32(hidden)).to(hidden.dtype);
        return (sum, mixed.Linear(hidden, fc2));
    }
}
