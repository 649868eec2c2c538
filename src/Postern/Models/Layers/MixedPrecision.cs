using Postern.Native;
using Postern.Native.Paths;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// The matrix products and convolutions of one network, in its precision. Their results have the products' type; what is delicate
/// takes them through <see cref="ToFloat32"/>.
/// </summary>
internal sealed class MixedPrecision
{
    /// <summary>The type of factors and results.</summary>
    public Precision Precision { get; set; }

    /// <summary>The same, as tensors name it.</summary>
    public ScalarType Type => Precision.TensorType();

    /// <summary>Whether factors are bf16; the calling thread is then made ready to multiply them.</summary>
    private bool BeginsNarrow()
    {
        if (Precision != Precision.BFloat16) return false;
        SignalStack.Enlarge();
        return true;
    }

    /// <summary>
    /// Whether this processor's float32 rows of tokens go as pixels through a 1x1 convolution; null for what this machine's
    /// comparison chose.
    /// </summary>
    public bool? AsConvolutions { get; set; }

    /// <summary><paramref name="layer"/> on the last dimension of <paramref name="x"/>.</summary>
    public Tensor Linear(Tensor x, Linear layer) => Linear(x, layer.weight!, layer.bias);

    /// <summary>
    /// x W^T + b on the last dimension: [..., K] to [..., N]. In bf16 both ways are oneDNN's, and the product is the faster by a
    /// tenth.
    /// </summary>
    /// <param name="x">[..., K].</param>
    /// <param name="weight">[N, K].</param>
    /// <param name="bias">[N], or null.</param>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        if (BeginsNarrow()) return TokenProducts.Multiply(x.to(Type), weight.to(Type), bias?.to(Type));
        return x.dim() < 3 || x.device_type != TorchSharp.DeviceType.CPU || !(AsConvolutions ?? TokenProducts.AsConvolutions(x))
            ? TokenProducts.Multiply(x, weight, bias)
            : TokenProducts.Convolve(x, weight, bias);
    }

    /// <summary>
    /// <paramref name="layer"/>, whose stride and padding are these, on [B, C, H, W]: on <see cref="OneDnnLayout"/> and with such
    /// a result where <paramref name="blocked"/> says so.
    /// </summary>
    public Tensor Conv(Tensor x, Conv2d layer, long stride = 1, long padding = 0, bool blocked = false) =>
        !BeginsNarrow() || blocked
            ? layer.forward(x)
            : nn.functional.conv2d(x.to(Type), layer.weight.to(Type), layer.bias?.to(Type), [stride, stride], [padding, padding]);

    /// <summary>A result in float32 where it is bfloat16; as it is otherwise.</summary>
    public static Tensor ToFloat32(Tensor x) => x.dtype == ScalarType.BFloat16 ? x.to(ScalarType.Float32) : x;
}
