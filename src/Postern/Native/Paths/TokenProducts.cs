using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>
/// The two ways in which libtorch multiplies rows of tokens by a matrix: it hands products to MKL and convolutions to oneDNN.
/// </summary>
internal static class TokenProducts
{
    /// <summary>
    /// The number of float32 rows of tokens from which on they go as pixels through a 1x1 convolution; what the comparison of
    /// this machine chose.
    /// </summary>
    public static int ConvolvedFrom { get; set; } = ProductPath.Fastest;

    /// <summary>Whether these rows do.</summary>
    /// <param name="x">[..., K].</param>
    public static bool AsConvolutions(Tensor x) => x.numel() / Math.Max(1, x.shape[^1]) >= ConvolvedFrom;

    /// <summary>x W^T + b as a matrix product, which adds the bias on its way; of more dimensions libtorch would in a pass of
    /// its own.</summary>
    /// <param name="x">[..., K].</param>
    /// <param name="weight">[N, K].</param>
    /// <param name="bias">[N], or null.</param>
    /// <returns>[..., N].</returns>
    public static Tensor Multiply(Tensor x, Tensor weight, Tensor? bias) => x.dim() < 3 || bias is null
        ? nn.functional.linear(x, weight, bias!)
        : nn.functional.linear(x.flatten(0, -2), weight, bias).view([.. x.shape[..^1], weight.shape[0]]);

    /// <summary>x W^T + b as a 1x1 convolution over [B, K, L, 1].</summary>
    /// <param name="x">[B, ..., K] with at least three dimensions.</param>
    /// <param name="weight">[N, K].</param>
    /// <param name="bias">[N], or null.</param>
    /// <returns>[B, ..., N].</returns>
    public static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias)
    {
        long[] shape = x.shape;
        long inner = shape[^1], outer = weight.shape[0];
        Tensor pixels = x.reshape(shape[0], -1, 1, inner).permute(0, 3, 1, 2);                       // [B, K, L, 1]
        Tensor product = nn.functional.conv2d(pixels, weight.view(outer, inner, 1, 1), bias);        // [B, N, L, 1]
        return product.permute(0, 2, 3, 1).reshape([.. shape[..^1], outer]);
    }
}
