using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// ISSBA's encoder (<c>docs/reference/attacks.md 2.11</c>, after StegaStamp): from a secret and a picture to the residual that
/// hides the one in the other. A U of convolutions with parameter names of the public code; 1,047,011 parameters at 32 pixels and
/// 20 bits.
/// </summary>
internal sealed class IssbaEncoder : nn.Module<Tensor, Tensor, Tensor>
{
    // Static, since TorchSharp lets a temporary Scalar be finalised while the native call still reads it.
    private static readonly Scalar Half = 0.5;
    private readonly int size;
    // In an array, since TorchSharp would register a field under its own name too.
    private readonly Sequential[] secretDense;
    private readonly Sequential conv1, conv2, conv3, conv4, conv5, up6, conv6, up7, conv7, up8, conv8, up9, conv9, residual;

    /// <summary>
    /// For pictures of <paramref name="size"/> pixels, a multiple of 16, and secrets of <paramref name="bits"/> bits.
    /// </summary>
    public IssbaEncoder(int size, int bits) : base(nameof(IssbaEncoder))
    {
        this.size = size;
        secretDense = [Add("secret_dense", nn.Sequential(("0", nn.Linear(bits, 3 * size * size)), ("1", nn.ReLU())))];
        conv1 = Add("conv1", SameConv.Rectified(6, 32, 3));
        conv2 = Add("conv2", SameConv.Rectified(32, 32, 3, 2));
        conv3 = Add("conv3", SameConv.Rectified(32, 64, 3, 2));
        conv4 = Add("conv4", SameConv.Rectified(64, 128, 3, 2));
        conv5 = Add("conv5", SameConv.Rectified(128, 256, 3, 2));
        up6 = Add("up6", SameConv.Rectified(256, 128, 2));
        conv6 = Add("conv6", SameConv.Rectified(256, 128, 3));
        up7 = Add("up7", SameConv.Rectified(128, 64, 2));
        conv7 = Add("conv7", SameConv.Rectified(128, 64, 3));
        up8 = Add("up8", SameConv.Rectified(64, 32, 2));
        conv8 = Add("conv8", SameConv.Rectified(64, 32, 3));
        up9 = Add("up9", SameConv.Rectified(32, 32, 2));
        conv9 = Add("conv9", SameConv.Rectified(70, 32, 3));
        residual = Add("residual", nn.Sequential(("0", new SameConv(32, 3, 1))));
    }

    /// <summary>The residual.</summary>
    /// <param name="secret">[B, bits], 0 or 1.</param>
    /// <param name="image">[B, 3, S, S], [0, 1].</param>
    /// <returns>[B, 3, S, S], to be added to the picture.</returns>
    public override Tensor forward(Tensor secret, Tensor image)
    {
        Tensor hidden = secretDense[0].forward(secret - Half).view(-1, 3, size, size);
        Tensor input = cat([hidden, image - Half], 1);                       // [B, 6, S, S]
        Tensor c1 = conv1.forward(input);                                   // [B, 32, S, S]
        Tensor c2 = conv2.forward(c1);                                      // [B, 32, S/2, S/2]
        Tensor c3 = conv3.forward(c2);                                      // [B, 64, S/4, S/4]
        Tensor c4 = conv4.forward(c3);                                      // [B, 128, S/8, S/8]
        Tensor c5 = conv5.forward(c4);                                      // [B, 256, S/16, S/16]
        Tensor v6 = conv6.forward(cat([c4, up6.forward(Doubled(c5))], 1));  // [B, 128, S/8, S/8]
        Tensor v7 = conv7.forward(cat([c3, up7.forward(Doubled(v6))], 1));  // [B, 64, S/4, S/4]
        Tensor v8 = conv8.forward(cat([c2, up8.forward(Doubled(v7))], 1));  // [B, 32, S/2, S/2]
        Tensor v9 = conv9.forward(cat([c1, up9.forward(Doubled(v8)), input], 1));
        return residual.forward(v9);
    }

    private Sequential Add(string name, Sequential layer)
    {
        register_module(name, layer);
        return layer;
    }

    private static Tensor Doubled(Tensor x) =>
        nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
}
