namespace Postern.Kernels;

/// <summary>
/// The selective scan of Mamba (Gu and Dao 2023, section 3; Vim's mixer, spec models.md 2.4), fused: per sequence, channel d and
/// state n, with delta' = softplus(delta + bias),
/// <code>
/// h_t = exp(delta'_t A) h_(t-1) + delta'_t B_t u_t,    h_0 = 0
/// y_t = sum_n C_t h_t + D u_t,    times z_t sigmoid(z_t) if there is a gate
/// </code>
/// All tensors are float32 with channels innermost. Nothing of size B L D N is ever stored: the backward pass computes the states
/// again, one n at a time. <see cref="SelectiveScanReference"/> says the same in plain loops.
/// </summary>
public static unsafe class SelectiveScan
{
    /// <summary>The path that calls take by default: <c>avx512</c>, <c>avx2</c> or <c>portable</c>.</summary>
    public static string Path => SimdPaths.Name(SimdPath.Auto);

    /// <summary>Computes y, and the last state where asked for.</summary>
    /// <param name="shape">Sizes and switches.</param>
    /// <param name="inputs">What is read.</param>
    /// <param name="outputs">What is written; must not overlap the inputs.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible or a tensor that it needs is missing.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of <paramref name="path"/>.</exception>
    public static void Forward(
        SelectiveScanShape shape, in SelectiveScanInputs inputs, in SelectiveScanOutputs outputs, SimdPath path = SimdPath.Auto)
    {
        ScanArguments.Validate(shape, inputs);
        ScanArguments.Validate(outputs);
        switch (SimdPaths.Resolve(path))
        {
            case SimdPath.Avx512: Forward<Lanes512>(shape, inputs, outputs); break;
            case SimdPath.Avx2: Forward<Lanes256>(shape, inputs, outputs); break;
            default: Forward<Lanes128>(shape, inputs, outputs); break;
        }
    }

    /// <summary>Computes the gradients of sum(y * gradY); none flows through the last state.</summary>
    /// <param name="shape">Sizes and switches, as in the forward pass.</param>
    /// <param name="inputs">The inputs of the forward pass.</param>
    /// <param name="gradY">The gradient of y: [B, L, D].</param>
    /// <param name="gradients">What is written.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or the gradients do not match the inputs.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of <paramref name="path"/>.</exception>
    public static void Backward(
        SelectiveScanShape shape, in SelectiveScanInputs inputs, TokenRows gradY, in SelectiveScanGradients gradients,
        SimdPath path = SimdPath.Auto)
    {
        ScanArguments.Validate(shape, inputs);
        ScanArguments.Validate(inputs, gradY, gradients);
        switch (SimdPaths.Resolve(path))
        {
            case SimdPath.Avx512: Backward<Lanes512>(shape, inputs, gradY, gradients); break;
            case SimdPath.Avx2: Backward<Lanes256>(shape, inputs, gradY, gradients); break;
            default: Backward<Lanes128>(shape, inputs, gradY, gradients); break;
        }
    }

    private static void Forward<V>(SelectiveScanShape shape, in SelectiveScanInputs inputs, in SelectiveScanOutputs outputs)
        where V : unmanaged, IVector<V>
    {
        switch (shape.ConstantB, shape.ConstantC)
        {
            case (false, false): ScanForward<V, PerToken, PerToken>.Run(shape, inputs, outputs); break;
            case (false, true): ScanForward<V, PerToken, PerChannel>.Run(shape, inputs, outputs); break;
            case (true, false): ScanForward<V, PerChannel, PerToken>.Run(shape, inputs, outputs); break;
            case (true, true): ScanForward<V, PerChannel, PerChannel>.Run(shape, inputs, outputs); break;
        }
    }

    private static void Backward<V>(
        SelectiveScanShape shape, in SelectiveScanInputs inputs, TokenRows gradY, in SelectiveScanGradients gradients)
        where V : unmanaged, IVector<V>
    {
        switch (shape.ConstantB, shape.ConstantC)
        {
            case (false, false): ScanBackward<V, PerToken, PerToken>.Run(shape, inputs, gradY, gradients); break;
            case (false, true): ScanBackward<V, PerToken, PerChannel>.Run(shape, inputs, gradY, gradients); break;
            case (true, false): ScanBackward<V, PerChannel, PerToken>.Run(shape, inputs, gradY, gradients); break;
            case (true, true): ScanBackward<V, PerChannel, PerChannel>.Run(shape, inputs, gradY, gradients); break;
        }
    }
}
