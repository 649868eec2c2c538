using Postern.Models.Ops;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>x * weight / sqrt(mean(x^2) + eps) over the last dimension; no bias (<c>docs/reference/models.md 2.2</c>).</summary>
internal sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    // Under its registered name, so that a move to another type or device replaces it here, too.
    private readonly Parameter weight;

    public RmsNorm(int width) : base("RmsNorm")
    {
        weight = new Parameter(ones(width));
        register_parameter("weight", weight);
    }

    /// <summary>[width].</summary>
    public Parameter Weight => weight;

    /// <summary>The norm of <paramref name="x"/> in tensor operations.</summary>
    public override Tensor forward(Tensor x) => PlainOps.Norm(x, weight);
}
