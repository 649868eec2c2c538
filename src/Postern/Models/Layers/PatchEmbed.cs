using Postern.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>A convolution that turns each patch into a token, row by row: [B, 3, H, W] to [B, M, d].</summary>
internal sealed class PatchEmbed : nn.Module<Tensor, Tensor>
{
    private readonly MixedPrecision mixed;
    private readonly int stride;
    private readonly Conv2d proj;

    public PatchEmbed(MixedPrecision mixed, int patchSize, int stride, int embedDim) : base("PatchEmbed")
    {
        (this.mixed, this.stride) = (mixed, stride);
        proj = nn.Conv2d(3, embedDim, patchSize, stride: stride);
        register_module("proj", proj);
    }

    /// <summary>What the shapes of a patch model tell; null where they belong to none.</summary>
    public static PatchSizes? Recognise(WeightShapes shapes)
    {
        if (!shapes.Has("patch_embed.proj.weight", 4) || !shapes.Has("pos_embed", 3) || !shapes.Has("cls_token", 3)
            || !shapes.Has("head.weight", 2))
            return null;
        int grid = (int)Math.Round(Math.Sqrt(shapes.Side("pos_embed", 1) - 1));
        return grid > 0 && grid * grid + 1 == shapes.Side("pos_embed", 1)
            ? new PatchSizes(shapes.Side("patch_embed.proj.weight", 2), grid, shapes.Side("head.weight", 0))
            : null;
    }

    public override Tensor forward(Tensor input) =>
        MixedPrecision.ToFloat32(mixed.Conv(input, proj, stride).flatten(2).transpose(1, 2)).contiguous();

    /// <summary>Bound of PyTorch's default initial values, weight and bias: 1 / sqrt(fan in).</summary>
    public double DefaultBound => Initial.DefaultBound(proj.weight);

    /// <summary>
    /// timm 0.4.12's "LeCun normal": it divides by the deviation of a truncation that its absolute bounds never make, so the real
    /// deviation is 1.137 / sqrt(fan in).
    /// </summary>
    public void InitialiseLeCun(RandomStream stream)
    {
        const double truncatedDeviation = 0.87962566103423978;
        double fanIn = proj.weight.numel() / (double)proj.weight.shape[0];
        Initial.Normal(proj.weight, Math.Sqrt(1.0 / fanIn) / truncatedDeviation, stream);
        Initial.Constant(proj.bias!, 0);
    }
}

/// <summary>Sizes of a model of patches that its shapes tell: side of a patch, patches a side, classes.</summary>
internal readonly record struct PatchSizes(int Patch, int Grid, int Classes);
