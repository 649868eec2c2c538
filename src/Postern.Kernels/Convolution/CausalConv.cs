namespace Postern.Kernels;

/// <summary>
/// The depthwise causal convolution of Mamba's and Vim's mixer with the SiLU that follows it
/// (<c>docs/reference/models.md 2.3</c>), fused, in one or both directions over the same x:
/// <code>
/// back:   u_t = SiLU(bias + sum_k weight_k x_(t - (K - 1) + k)),    k = 0 .. K - 1,    x = 0 outside the sequence
/// ahead:  u_t = SiLU(bias + sum_k weight_k x_(t + (K - 1) - k)),    which is flip, convolve, flip without the flips
/// </code>
/// Channels are innermost. Rows of tokens are float32 or bfloat16, all of them alike; parameters, their gradients and all
/// arithmetic are float32. The backward pass computes the sums again, so nothing is kept but x. <see cref="CausalConvReference"/>
/// says the same in plain loops.
/// </summary>
public static unsafe class CausalConv
{
    /// <summary>Computes u of the directions that are there.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input: [B, L, D].</param>
    /// <param name="back">The direction whose outputs see the token itself and earlier ones.</param>
    /// <param name="ahead">The direction whose outputs see the token itself and later ones.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible, there is no direction, a tensor is missing, or rows differ in
    /// their type.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Forward(
        CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead,
        SimdPath path = SimdPath.Auto)
    {
        ValidateForward(shape, x, back, ahead);
        var call = new ConvCall(shape, x, default, back, ahead);
        switch (SimdPaths.Resolve(path, KernelPaths.Convolution))
        {
            case SimdPath.Plain: CausalConvReference.Forward(shape, x, back, ahead); break;
            case SimdPath.Avx512: Forward<Lanes512>(call); break;
            case SimdPath.Avx2: Forward<Lanes256>(call); break;
            default: Forward<Lanes128>(call); break;
        }
    }

    /// <summary>Computes the gradients of the sum of u * gradU over the directions that are there.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input: [B, L, D].</param>
    /// <param name="back">The direction that looks back.</param>
    /// <param name="ahead">The direction that looks ahead.</param>
    /// <param name="gradX">Receives the gradient of x: [B, L, D]; must not overlap what is read.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible, there is no direction, a tensor is missing, or rows differ in
    /// their type.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Backward(CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead,
        TokenRows gradX, SimdPath path = SimdPath.Auto)
    {
        ValidateBackward(shape, x, back, ahead, gradX);
        var call = new ConvCall(shape, x, gradX, back, ahead);
        switch (SimdPaths.Resolve(path, KernelPaths.Convolution))
        {
            case SimdPath.Plain: CausalConvReference.Backward(shape, x, back, ahead, gradX); break;
            case SimdPath.Avx512: Backward<Lanes512>(call); break;
            case SimdPath.Avx2: Backward<Lanes256>(call); break;
            default: Backward<Lanes128>(call); break;
        }
    }

    internal static void ValidateForward(
        CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead)
    {
        Validate(shape, x, back, ahead);
        foreach (CausalConvDirection direction in (ReadOnlySpan<CausalConvDirection>)[back, ahead])
        {
            if (direction.Exists) Require(direction.U, x.Element);
        }
    }

    internal static void ValidateBackward(
        CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead, TokenRows gradX)
    {
        Validate(shape, x, back, ahead);
        Require(gradX, x.Element);
        foreach (CausalConvDirection direction in (ReadOnlySpan<CausalConvDirection>)[back, ahead])
        {
            if (!direction.Exists) continue;
            Require(direction.GradU, x.Element);
            RequireParameter(direction.GradWeight, direction.GradBias);
        }
    }

    private static void Validate(CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead)
    {
        shape.Validate();
        if (!back.Exists && !ahead.Exists) throw new ArgumentException("causal convolution: neither direction has kernels");
        Require(x.Exists);
        if (back.Exists) RequireParameter(back.Weight, back.Bias);
        if (ahead.Exists) RequireParameter(ahead.Weight, ahead.Bias);
    }

    private static void Require(TokenRows rows, RowElement element)
    {
        Require(rows.Exists);
        if (rows.Element != element)
            throw new ArgumentException(
                $"causal convolution: rows of {rows.Element} beside x of {element}; all have to be of one type");
    }

    private static void RequireParameter(TokenRows weight, TokenRows bias)
    {
        Require(weight.Exists && bias.Exists);
        if (weight.Element != RowElement.Float32 || bias.Element != RowElement.Float32)
            throw new ArgumentException("causal convolution: kernels, biases and their gradients have to be Float32");
    }

    private static void Require(bool there)
    {
        if (!there) throw new ArgumentException("causal convolution: a tensor is missing");
    }

    /// <summary>The convolution in registers of a kind.</summary>
    internal static void Forward<V>(in ConvCall call) where V : unmanaged, IVector<V>
    {
        if (call.X.Element == RowElement.BFloat16) ConvForward<V, BFloat16>.Run(call);
        else ConvForward<V, float>.Run(call);
    }

    /// <summary>The gradient in registers of a kind.</summary>
    internal static void Backward<V>(in ConvCall call) where V : unmanaged, IVector<V>
    {
        if (call.X.Element == RowElement.BFloat16) ConvBackward<V, BFloat16>.Run(call);
        else ConvBackward<V, float>.Run(call);
    }
}
