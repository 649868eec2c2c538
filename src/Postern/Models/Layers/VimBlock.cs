using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>RMS norm and mixer. A block's branch is added to the stream by the next block, together with that one's norm.</summary>
internal sealed class VimBlock : nn.Module
{
    private readonly Products products;
    private readonly VimMixer mixer;
    private readonly RmsNorm norm;

    public VimBlock(Products products, int embedDim, int stateSize) : base("VimBlock")
    {
        this.products = products;
        mixer = new VimMixer(products, embedDim, stateSize);
        norm = new RmsNorm(embedDim);
        register_module("mixer", mixer);
        register_module("norm", norm);
    }

    public VimMixer Mixer => mixer;

    /// <summary>The stream with the last branch added, in float32, and this block's branch, in the products' type: [B, L, d] each.</summary>
    /// <param name="stream">The stream, [B, L, d], float32.</param>
    /// <param name="branch">What the block before made of it, [B, L, d], of either type; null for the first block.</param>
    /// <param name="observe">Sees inner activations by name.</param>
    public (Tensor Stream, Tensor Branch) Run(Tensor stream, Tensor? branch, Action<string, Func<Tensor>>? observe)
    {
        Tensor sum, normed;
        if (mixer.UseLoop)
        {
            sum = branch is null ? stream : stream + branch;
            normed = norm.forward(sum);
        }
        else
        {
            (sum, normed) = norm.OfSum(stream, branch, products.Type);
        }
        return (sum, mixer.forward(normed, observe is null ? null : (part, value) => observe($"mixer.{part}", value)));
    }

    public void Initialise(int depth, Func<string, RandomStream> stream)
    {
        mixer.Initialise(depth, part => stream($"mixer.{part}"));
        Initial.Constant(norm.Weight, 1);
    }
}
