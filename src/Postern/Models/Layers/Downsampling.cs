using Postern.Models.Ops;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// Strided 3x3 convolutions, each followed by a layer norm over channels, with GELU between two of them: MambaOut's stem (two)
/// and the step between its stages (one). [B, H, W, C] to [B, H / stride, W / stride, C'].
/// </summary>
internal sealed class Downsampling : nn.Module
{
    private readonly MixedPrecision mixed;
    private readonly Conv2d[] convs;
    private readonly LayerNorm[] norms;
    private readonly int[] strides;
    private readonly double normEps;

    private Downsampling(MixedPrecision mixed, (string Conv, string Norm, int From, int To, int Stride)[] steps, double normEps)
        : base("Downsampling")
    {
        (this.mixed, this.normEps) = (mixed, normEps);
        convs = [.. steps.Select(s => nn.Conv2d(s.From, s.To, 3, stride: s.Stride, padding: 1))];
        norms = [.. steps.Select(s => nn.LayerNorm(s.To, eps: normEps))];
        strides = [.. steps.Select(s => s.Stride)];
        for (int i = 0; i < steps.Length; i++)
        {
            register_module(steps[i].Conv, convs[i]);
            register_module(steps[i].Norm, norms[i]);
        }
    }

    /// <summary>Two convolutions with <paramref name="stride"/> 4 (2 and 2), 2 (2 and 1) or 1 in total.</summary>
    public static Downsampling Stem(MixedPrecision mixed, int dim, int stride, double normEps) => new(
        mixed, [("conv1", "norm1", 3, dim / 2, stride >= 2 ? 2 : 1), ("conv2", "norm2", dim / 2, dim, stride >= 4 ? 2 : 1)],
        normEps);

    /// <summary>One convolution of stride 2.</summary>
    public static Downsampling Between(MixedPrecision mixed, int from, int to, double normEps) =>
        new(mixed, [("conv", "norm", from, to, 2)], normEps);

    public Tensor forward(Tensor x, IModelOps ops)
    {
        for (int i = 0; i < convs.Length; i++)
        {
            Tensor maps = mixed.Conv(x.permute(0, 3, 1, 2), convs[i], strides[i], padding: 1).permute(0, 2, 3, 1);
            x = ops.AddLayerNorm(MixedPrecision.ToFloat32(maps), null, LayerNormOf.Module(norms[i], normEps), ScalarType.Float32)
                .Normed;
            if (i < convs.Length - 1) x = ops.Gelu(x);
        }
        return x;
    }

    /// <summary>Multiply-adds on a square map of <paramref name="side"/>, which becomes the side of the result.</summary>
    public long MultiplyAdds(ref int side)
    {
        long total = 0;
        for (int i = 0; i < convs.Length; i++)
        {
            side = (side - 1) / strides[i] + 1;
            total += convs[i].weight.numel() * side * side;
        }
        return total;
    }
}
