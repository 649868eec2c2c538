using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>x * weight / sqrt(mean(x^2) + eps) over the last dimension; no bias (<c>models.md</c> 2.2).</summary>
internal sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    // Held here: TorchSharp lets an implicit Scalar be finalised while the native call still reads it.
    private static readonly Scalar Epsilon = 1e-5;

    public RmsNorm(int width) : base("RmsNorm")
    {
        Weight = new Parameter(ones(width));
        register_parameter("weight", Weight);
    }

    /// <summary>[width].</summary>
    public Parameter Weight { get; }

    public override Tensor forward(Tensor x) => x * (x.square().mean([-1], keepdim: true) + Epsilon).rsqrt() * Weight;
}
