namespace Postern.Kernels;

/// <summary>
/// The depthwise causal convolution of Mamba's and Vim's mixer with the SiLU that follows it (spec models.md 2.3), fused:
/// <code>
/// u_t = SiLU(bias + sum_k weight_k x_(t - (K - 1) + k)),    k = 0 .. K - 1,    x = 0 before the first token
/// </code>
/// All tensors are float32 with channels innermost. The backward pass computes the sum again, so nothing is kept but x.
/// <see cref="CausalConvReference"/> says the same in plain loops.
/// </summary>
public static unsafe class CausalConv
{
    /// <summary>Computes u.</summary>
    /// <param name="shape">Sizes and direction.</param>
    /// <param name="x">The input: [B, L, D].</param>
    /// <param name="weight">The kernels: [D, K], dense, the last tap being the token itself.</param>
    /// <param name="bias">The biases: [D].</param>
    /// <param name="u">The output: [B, L, D]; must not overlap the input.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible or a tensor is missing.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of <paramref name="path"/>.</exception>
    public static void Forward(
        CausalConvShape shape, TokenRows x, float* weight, float* bias, TokenRows u, SimdPath path = SimdPath.Auto)
    {
        shape.Validate();
        Require(x.Exists && weight != null && bias != null && u.Exists);
        switch (SimdPaths.Resolve(path))
        {
            case SimdPath.Avx512: ConvKernel<Lanes512>.Forward(shape, x, weight, bias, u); break;
            case SimdPath.Avx2: ConvKernel<Lanes256>.Forward(shape, x, weight, bias, u); break;
            default: ConvKernel<Lanes128>.Forward(shape, x, weight, bias, u); break;
        }
    }

    /// <summary>Computes the gradients of sum(u * gradU).</summary>
    /// <param name="shape">Sizes and direction, as in the forward pass.</param>
    /// <param name="x">The input: [B, L, D].</param>
    /// <param name="weight">The kernels: [D, K].</param>
    /// <param name="bias">The biases: [D].</param>
    /// <param name="gradU">The gradient of the output: [B, L, D].</param>
    /// <param name="gradX">Receives the gradient of x: [B, L, D].</param>
    /// <param name="gradWeight">Receives the gradient of the kernels: [D, K].</param>
    /// <param name="gradBias">Receives the gradient of the biases: [D].</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible or a tensor is missing.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of <paramref name="path"/>.</exception>
    public static void Backward(
        CausalConvShape shape, TokenRows x, float* weight, float* bias, TokenRows gradU,
        TokenRows gradX, float* gradWeight, float* gradBias, SimdPath path = SimdPath.Auto)
    {
        shape.Validate();
        Require(x.Exists && weight != null && bias != null);
        Require(gradU.Exists && gradX.Exists && gradWeight != null && gradBias != null);
        switch (SimdPaths.Resolve(path))
        {
            case SimdPath.Avx512: ConvKernel<Lanes512>.Backward(shape, x, weight, bias, gradU, gradX, gradWeight, gradBias); break;
            case SimdPath.Avx2: ConvKernel<Lanes256>.Backward(shape, x, weight, bias, gradU, gradX, gradWeight, gradBias); break;
            default: ConvKernel<Lanes128>.Backward(shape, x, weight, bias, gradU, gradX, gradWeight, gradBias); break;
        }
    }

    internal static void Require(bool allThere)
    {
        if (!allThere) throw new ArgumentException("causal convolution: a tensor is missing; none of them is optional");
    }
}
