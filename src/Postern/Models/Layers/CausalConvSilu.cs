using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>Depthwise causal convolution over tokens followed by SiLU: [B, L, E] to [B, L, E].</summary>
internal static class CausalConvSilu
{
    /// <summary>
    /// With <paramref name="reverse"/>, what flipping the tokens, convolving and flipping back gives.
    /// </summary>
    /// <param name="x">[B, L, E].</param>
    /// <param name="weight">[E, K].</param>
    /// <param name="bias">[E].</param>
    /// <param name="reverse">Whether the convolution looks at later tokens instead of earlier ones.</param>
    /// <param name="plain">Use tensor operations instead of the fused kernel.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, bool reverse, bool plain)
    {
        long kernel = weight.shape[1], length = x.shape[1];
        Tensor tokens = (reverse ? x.flip(1) : x).transpose(1, 2);                                     // [B, E, L]
        Tensor y = nn.functional.conv1d(tokens, weight.unsqueeze(1), bias, padding: kernel - 1, groups: x.shape[2])
            .narrow(2, 0, length).transpose(1, 2);                                                     // [B, L, E]
        return nn.functional.silu(reverse ? y.flip(1) : y);
    }
}
