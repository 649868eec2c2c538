using Postern.Kernels;
using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// RMS norm and mixer. A block's branch is added to the stream by the next block, together with that one's norm.
/// </summary>
internal sealed class VimBlock : nn.Module
{
    private readonly MixedPrecision mixed;
    private readonly VimMixer mixer;
    private readonly RmsNorm norm;

    public VimBlock(MixedPrecision mixed, int embedDim, int stateSize, VimControls controls) : base("VimBlock")
    {
        this.mixed = mixed;
        mixer = new VimMixer(mixed, embedDim, stateSize, controls);
        norm = new RmsNorm(embedDim);
        register_module("mixer", mixer);
        register_module("norm", norm);
    }

    public VimMixer Mixer => mixer;

    /// <summary>The stream with the last branch added, and this block's branch: [B, L, d] each.</summary>
    /// <param name="stream">The stream, [B, L, d].</param>
    /// <param name="branch">What the block before made of it, [B, L, d]; null for the first block.</param>
    /// <param name="ops">How it computes.</param>
    /// <param name="taps">Those of this block.</param>
    public (Tensor Stream, Tensor Branch) forward(Tensor stream, Tensor? branch, IModelOps ops, NamedTaps taps)
    {
        (Tensor sum, Tensor normed) = ops.AddNorm(stream, branch, norm.Weight, mixed.Type);
        return (sum, mixer.forward(normed, ops, taps.Within("mixer")));
    }

    public void Initialise(int depth, Func<string, RandomStream> stream)
    {
        mixer.Initialise(depth, part => stream($"mixer.{part}"));
        Initial.Constant(norm.Weight, 1);
    }
}
