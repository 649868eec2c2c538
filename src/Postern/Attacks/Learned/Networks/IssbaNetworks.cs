using Postern.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>Encoder and decoder, trained together; attacks use the encoder only.</summary>
internal sealed class IssbaNetworks : nn.Module
{
    private static readonly Scalar Black = 0, White = 1;

    /// <summary>Both networks with the initial values of <paramref name="seed"/>.</summary>
    public IssbaNetworks(int size, int bits, long seed) : base(nameof(IssbaNetworks))
    {
        (Encoder, Decoder) = (new IssbaEncoder(size, bits), new IssbaDecoder(size, bits));
        register_module("encoder", Encoder);
        register_module("decoder", Decoder);
        DefaultInitialisation.Apply(Encoder, seed);
        InitialiseDecoder(seed);
    }

    /// <summary>Hides a secret.</summary>
    public IssbaEncoder Encoder { get; }

    /// <summary>Finds it.</summary>
    public IssbaDecoder Decoder { get; }

    /// <summary>The picture with its secret and the residual before clipping, both [B, 3, S, S].</summary>
    public (Tensor Encoded, Tensor Residual) Encode(Tensor secret, Tensor image)
    {
        Tensor residual = Encoder.forward(secret, image);
        return ((image + residual).clamp(Black, White), residual);
    }

    private void InitialiseDecoder(long seed)
    {
        DefaultInitialisation.Apply(Decoder, seed);
        Decoder.InitialiseTransformer();
    }
}
