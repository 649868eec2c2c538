using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// A convolution with TensorFlow's "same" padding (<c>docs/reference/attacks.md 2.11</c>): kernel - 1 zeros in all, the half
/// rounded down at top and left, the rest at bottom and right; then the stride.
/// </summary>
internal sealed class SameConv : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly long[]? uneven;

    /// <summary>[B, <paramref name="inputs"/>, H, W] to [B, <paramref name="outputs"/>, H / stride, W / stride].</summary>
    public SameConv(int inputs, int outputs, int kernel, int stride = 1) : base(nameof(SameConv))
    {
        int before = (kernel - 1) / 2, after = kernel - 1 - before;
        uneven = before == after ? null : [before, after, before, after];
        conv = nn.Conv2d(inputs, outputs, kernel, stride: stride, padding: uneven is null ? before : 0);
        register_module("conv", conv);
    }

    /// <summary>The same with ReLU, under the names of the public code.</summary>
    public static Sequential Rectified(int inputs, int outputs, int kernel, int stride = 1) =>
        nn.Sequential(("0", new SameConv(inputs, outputs, kernel, stride)), ("1", nn.ReLU()));

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) => conv.forward(uneven is null ? x : nn.functional.pad(x, uneven));
}
