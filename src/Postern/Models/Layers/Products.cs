using Postern.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// The matrix products and convolutions of one network, in its precision. Their results have the products' type; what is delicate takes them
/// through <see cref="Wide"/>.
/// </summary>
internal sealed class Products
{
    /// <summary>The type of factors and results.</summary>
    public Precision Precision { get; set; }

    /// <summary>The same, as tensors name it.</summary>
    public ScalarType Type => Precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>
    /// Whether float32 rows of tokens go as pixels through a 1x1 convolution: libtorch hands matrix products to MKL and convolutions to oneDNN. Given
    /// AVX-512, oneDNN takes half of MKL's time on a processor that is not Intel's; given AVX2, MKL takes two thirds of oneDNN's. Both are equal to rounding.
    /// </summary>
    public bool AsConvolutions { get; set; } = SimdPaths.Best == SimdPath.Avx512 && !CpuFeatures.Current.IsIntel;

    /// <summary><paramref name="layer"/> on the last dimension of <paramref name="x"/>.</summary>
    public Tensor Linear(Tensor x, Linear layer) => Linear(x, layer.weight!, layer.bias);

    /// <summary>
    /// x W^T + b on the last dimension: [..., K] to [..., N]. In bf16 both ways are oneDNN's, and the product is the faster by a tenth.
    /// </summary>
    /// <param name="x">[..., K].</param>
    /// <param name="weight">[N, K].</param>
    /// <param name="bias">[N], or null.</param>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        if (Precision == Precision.BFloat16) return nn.functional.linear(x.to(Type), weight.to(Type), bias?.to(Type)!);
        if (x.dim() < 3 || !AsConvolutions) return nn.functional.linear(x, weight, bias!);
        long[] shape = x.shape;
        long inner = shape[^1], outer = weight.shape[0];
        Tensor pixels = x.reshape(shape[0], -1, 1, inner).permute(0, 3, 1, 2);                       // [B, K, L, 1]
        Tensor product = nn.functional.conv2d(pixels, weight.view(outer, inner, 1, 1), bias);        // [B, N, L, 1]
        return product.permute(0, 2, 3, 1).reshape([.. shape[..^1], outer]);
    }

    /// <summary>
    /// <paramref name="layer"/>, whose stride and padding are these, on [B, C, H, W]: on <see cref="BlockedMaps"/> and with such a result where
    /// <paramref name="blocked"/> says so.
    /// </summary>
    public Tensor Conv(Tensor x, Conv2d layer, long stride = 1, long padding = 0, bool blocked = false) =>
        Precision == Precision.Float32 || blocked
            ? layer.forward(x)
            : nn.functional.conv2d(x.to(Type), layer.weight.to(Type), layer.bias?.to(Type), [stride, stride], [padding, padding]);

    /// <summary>A result as float32.</summary>
    public static Tensor Wide(Tensor x) => x.to(ScalarType.Float32);
}
