using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The operations of networks that have both a plain and a fused form. A network is given one implementation; its equations are
/// the same under each.
/// </summary>
internal interface IModelOps
{
    /// <summary>The stream with a branch added, and its RMS norm, both [B, L, d] (<c>docs/reference/models.md 2.2</c>).</summary>
    /// <param name="stream">[B, L, d].</param>
    /// <param name="branch">[B, L, d]; null where nothing is added, and the sum is the stream.</param>
    /// <param name="weight">[d].</param>
    /// <param name="type">The norm's type, where the implementation has types of its own.</param>
    (Tensor Sum, Tensor Normed) AddNorm(Tensor stream, Tensor? branch, Tensor weight, ScalarType type);

    /// <summary>Depthwise causal convolution over tokens and SiLU: [B, L, E] to [B, L, E].</summary>
    /// <param name="x">[B, L, E].</param>
    /// <param name="kernels">Weights [E, K] and biases [E].</param>
    /// <param name="reverse">Whether outputs see later tokens instead of earlier ones.</param>
    Tensor Convolve(Tensor x, (Tensor Weight, Tensor Bias) kernels, bool reverse);

    /// <summary>Both directions of <see cref="Convolve"/> over the same x.</summary>
    (Tensor Forward, Tensor Backward) ConvolvePair(Tensor x, (Tensor Weight, Tensor Bias) forward,
        (Tensor Weight, Tensor Bias) backward);

    /// <summary>One selective scan: y [B, L, E].</summary>
    Tensor Scan(ScanInput scan);

    /// <summary>What u gets of a gradient of y, both [B, L, E]; not differentiable itself.</summary>
    /// <param name="scan">What the scan computes with.</param>
    /// <param name="gradY">The gradient of y.</param>
    Tensor GradientOfU(ScanInput scan, Tensor gradY)
    {
        // Tests run in inference mode, whose tensors cannot be differentiated; copies that are made outside of it can.
        using DisposeScope scope = NewDisposeScope();
        using IDisposable normal = inference_mode(false);
        using IDisposable gradients = enable_grad();
        ScanInput given = scan.Copied();
        given.U.requires_grad_();
        return autograd.grad([Scan(given)], [given.U], [gradY.clone()])[0].MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The mean of two scans in opposite directions over one gate: y [B, L, E] (<c>docs/reference/models.md 2.3</c>).
    /// </summary>
    /// <param name="forward">From the first token on.</param>
    /// <param name="backward">From the last token on.</param>
    /// <param name="z">The gate, [B, L, E].</param>
    /// <param name="window">Tokens of each scan after which its state is set to zero; 0 for never.</param>
    Tensor ScanPair(ScanDirection forward, ScanDirection backward, Tensor z, int window = 0);

    /// <summary>The stream with a branch added, and its layer norm, both [..., d].</summary>
    /// <param name="stream">[..., d].</param>
    /// <param name="branch">[..., d]; null where nothing is added, and the sum is the stream.</param>
    /// <param name="norm">Weight, bias and epsilon.</param>
    /// <param name="type">The norm's type, where the implementation has types of its own.</param>
    (Tensor Sum, Tensor Normed) AddLayerNorm(Tensor stream, Tensor? branch, LayerNormOf norm, ScalarType type);

    /// <summary>The exact GELU, [..., d] to [..., d] of the same type.</summary>
    Tensor Gelu(Tensor x);

    /// <summary>
    /// GELU(gate) times the identity part and, behind it, the depthwise convolution of the convolution part: [B, H, W, 2 h] to
    /// [B, H, W, h] of the same type (<c>docs/reference/models.md 3</c>).
    /// </summary>
    /// <param name="projected">Gate [h], identity part [h - C] and convolution part [C] of each pixel.</param>
    /// <param name="kernels">Weights [C, 1, K, K] with K odd, and biases [C].</param>
    Tensor GatedConvolve(Tensor projected, (Tensor Weight, Tensor Bias) kernels);
}
