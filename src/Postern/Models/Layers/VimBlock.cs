using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>RMS norm and mixer. The skip addition is made by the network, at the start of the next block.</summary>
internal sealed class VimBlock : nn.Module
{
    private readonly VimMixer mixer;
    private readonly RmsNorm norm;

    public VimBlock(Products products, int embedDim, int stateSize) : base("VimBlock")
    {
        mixer = new VimMixer(products, embedDim, stateSize);
        norm = new RmsNorm(embedDim);
        register_module("mixer", mixer);
        register_module("norm", norm);
    }

    public VimMixer Mixer => mixer;

    /// <summary>[B, L, d] to [B, L, d]; <paramref name="observe"/> sees inner activations by name.</summary>
    public Tensor forward(Tensor residual, Action<string, Func<Tensor>>? observe) =>
        mixer.forward(norm.forward(residual), observe is null ? null : (part, value) => observe($"mixer.{part}", value));

    public void Initialise(int depth, Func<string, RandomStream> stream)
    {
        mixer.Initialise(depth, part => stream($"mixer.{part}"));
        Initial.Constant(norm.Weight, 1);
    }
}
