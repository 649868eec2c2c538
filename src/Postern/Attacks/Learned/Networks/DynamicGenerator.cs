using Postern.Learning;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// One of the two generators of the input-aware attack (<c>docs/reference/attacks.md 2.10</c>): an encoder and decoder of
/// convolutions without skip connections; 723,273 parameters with 3 outputs (pattern), 722,691 with 1 (mask). Parameter names of
/// the public code.
/// </summary>
internal sealed class DynamicGenerator : nn.Module<Tensor, Tensor>
{
    /// <summary>Sides of pictures are multiples of this: three poolings are undone.</summary>
    public const int Multiple = 8;

    private static readonly (int Inputs, int Outputs)[] Down = [(3, 32), (32, 32), (32, 64), (64, 64), (64, 128), (128, 128)];
    private static readonly (int Inputs, int Outputs)[] Up = [(128, 128), (128, 64), (64, 64), (64, 32), (32, 32), (32, 0)];
    // In arrays, since TorchSharp would register a field under its own name too.
    private readonly ConvBlock[] down, middle, up;

    /// <summary>A generator with <paramref name="outputs"/> channels and the initial values of <paramref name="seed"/>.</summary>
    public DynamicGenerator(int outputs, long seed) : base(nameof(DynamicGenerator))
    {
        down = [.. Down.Select(c => new ConvBlock(c.Inputs, c.Outputs))];
        middle = [new ConvBlock(128, 128)];
        up = [.. Up.Select(c => new ConvBlock(c.Inputs, c.Outputs == 0 ? outputs : c.Outputs))];
        foreach ((int i, ConvBlock block) in down.Index()) register_module($"convblock_down_{i}", block);
        register_module("convblock_middle", middle[0]);
        foreach ((int i, ConvBlock block) in up.Index()) register_module($"convblock_up_{i}", block);
        DefaultInitialisation.Apply(this, seed);
    }

    /// <summary>From pictures [B, 3, S, S] to values in (0, 1), [B, outputs, S, S].</summary>
    public override Tensor forward(Tensor x)
    {
        for (int i = 0; i < down.Length; i += 2)
            x = nn.functional.max_pool2d(down[i + 1].forward(down[i].forward(x).relu_()).relu_(), 2);
        x = middle[0].forward(x).relu_();
        for (int i = 0; i < up.Length; i += 2)
        {
            x = nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Bilinear, align_corners: false);
            x = up[i + 1].forward(up[i].forward(x).relu_());
            if (i + 2 < up.Length) x = x.relu_();
        }
        return SoftStep.Squash(x);
    }

    /// <summary>3x3 convolution and batch normalisation; ReLU follows outside.</summary>
    private sealed class ConvBlock : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d conv2d;
        private readonly BatchNorm2d[] norm;

        public ConvBlock(int inputs, int outputs) : base(nameof(ConvBlock))
        {
            conv2d = nn.Conv2d(inputs, outputs, 3, stride: 1, padding: 1);
            norm = [nn.BatchNorm2d(outputs, eps: 1e-5, momentum: 0.05)];
            register_module("conv2d", conv2d);
            register_module("batch_norm", norm[0]);
        }

        public override Tensor forward(Tensor x) => norm[0].forward(conv2d.forward(x));
    }
}

/// <summary>The two saturating functions of <c>docs/reference/attacks.md 2.10</c>, both into (0, 1).</summary>
internal static class SoftStep
{
    // Static, since TorchSharp lets a temporary Scalar be finalised while the native call still reads it.
    private static readonly Scalar Half = 0.5, Two = 2 + 1e-7, Slope = 20, Middle = 10;

    /// <summary>tanh(u) / (2 + 1e-7) + 0.5: the end of both generators.</summary>
    public static Tensor Squash(Tensor u) => u.tanh() / Two + Half;

    /// <summary>thr(u) = tanh(20 u - 10) / (2 + 1e-7) + 0.5: a mask that is nearly 0 or 1.</summary>
    public static Tensor Threshold(Tensor u) => (u * Slope - Middle).tanh() / Two + Half;
}
