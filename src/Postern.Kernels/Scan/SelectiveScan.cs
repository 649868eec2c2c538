namespace Postern.Kernels;

/// <summary>
/// The selective scan of Mamba (Gu and Dao 2023, section 3; Vim's mixer, <c>docs/reference/models.md 2.4</c>), fused: per
/// sequence, channel d and state n, with delta' = softplus(delta + bias),
/// <code>
/// h_t = exp(delta'_t A) h_(t-1) + delta'_t B_t u_t,    h_0 = 0
/// y_t = sum_n C_t h_t + D u_t,    times z_t sigmoid(z_t) if there is a gate
/// </code>
/// Bidirectional mixers run a pair of scans, the second one the other way round, over one gate:
/// <code>
/// y_t = 1/2 (s_t + s'_t) z_t sigmoid(z_t),    s being y before the gate
/// </code>
/// Channels are innermost, arithmetic is float32. Nothing of size B L D N is ever stored: the backward pass computes the states
/// again, four n at a time. <see cref="SelectiveScanReference"/> says the same in plain loops.
/// </summary>
public static unsafe class SelectiveScan
{
    /// <summary>The path that calls take by default: <c>avx512</c>, <c>avx2</c>, <c>portable</c> or <c>plain</c>.</summary>
    public static string Path => SimdPaths.Name(KernelPaths.Scan);

    /// <summary>Computes y, and the last state where asked for.</summary>
    /// <param name="shape">Sizes and switches.</param>
    /// <param name="inputs">What is read.</param>
    /// <param name="outputs">What is written; must not overlap the inputs.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible or a tensor that it needs is missing or of another
    /// type.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Forward(
        SelectiveScanShape shape, in SelectiveScanTensors inputs, in SelectiveScanOutputs outputs,
        SimdPath path = SimdPath.Auto) =>
        ForwardAll(shape, [inputs], outputs, path);

    /// <summary>Computes y of a pair of scans.</summary>
    /// <param name="shape">Sizes and switches of both; the second runs against <see cref="SelectiveScanShape.Reverse"/>.</param>
    /// <param name="first">What the first scan reads, and the gate of both.</param>
    /// <param name="second">What the second scan reads; without a gate.</param>
    /// <param name="outputs">What is written.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">As for a single scan.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void ForwardPair(
        SelectiveScanShape shape, in SelectiveScanTensors first, in SelectiveScanTensors second, in SelectiveScanOutputs outputs,
        SimdPath path = SimdPath.Auto) =>
        ForwardAll(shape, [first, second], outputs, path);

    /// <summary>Computes the gradients of sum(y * gradY); none flows through the last state.</summary>
    /// <param name="shape">Sizes and switches, as in the forward pass.</param>
    /// <param name="inputs">The inputs of the forward pass.</param>
    /// <param name="gradY">The gradient of y: [B, L, D].</param>
    /// <param name="gradients">What is written.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or the gradients do not match the inputs.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Backward(
        SelectiveScanShape shape, in SelectiveScanTensors inputs, TokenRows gradY, in SelectiveScanTensors gradients,
        SimdPath path = SimdPath.Auto) =>
        BackwardAll(shape, [inputs], gradY, [gradients], path);

    /// <summary>Computes the gradients of sum(y * gradY) of a pair of scans.</summary>
    /// <param name="shape">Sizes and switches, as in the forward pass.</param>
    /// <param name="first">The inputs of the first scan.</param>
    /// <param name="second">The inputs of the second scan.</param>
    /// <param name="gradY">The gradient of y: [B, L, D].</param>
    /// <param name="firstGradients">What is written for the first scan and the gate.</param>
    /// <param name="secondGradients">What is written for the second scan.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or the gradients do not match the inputs.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void BackwardPair(
        SelectiveScanShape shape, in SelectiveScanTensors first, in SelectiveScanTensors second, TokenRows gradY,
        in SelectiveScanTensors firstGradients, in SelectiveScanTensors secondGradients, SimdPath path = SimdPath.Auto) =>
        BackwardAll(shape, [first, second], gradY, [firstGradients, secondGradients], path);

    private static void ForwardAll(
        SelectiveScanShape shape, SelectiveScanTensors[] scans, in SelectiveScanOutputs outputs, SimdPath path)
    {
        Validate(shape, scans);
        ScanArguments.Validate(scans[0], outputs, pair: scans.Length > 1);
        switch (SimdPaths.Resolve(path, KernelPaths.Scan))
        {
            case SimdPath.Plain: ScanPairReference.Forward(shape, scans, outputs); break;
            case SimdPath.Avx512: Forward<Lanes512>(shape, scans, outputs); break;
            case SimdPath.Avx2: Forward<Lanes256>(shape, scans, outputs); break;
            default: Forward<Lanes128>(shape, scans, outputs); break;
        }
    }

    private static void BackwardAll(
        SelectiveScanShape shape, SelectiveScanTensors[] scans, TokenRows gradY, SelectiveScanTensors[] gradients, SimdPath path)
    {
        Validate(shape, scans);
        for (int i = 0; i < scans.Length; i++) ScanArguments.Validate(shape, scans[i], gradY, gradients[i]);
        switch (SimdPaths.Resolve(path, KernelPaths.Scan))
        {
            case SimdPath.Plain: ScanPairReference.Backward(shape, scans, gradY, gradients); break;
            case SimdPath.Avx512: Backward<Lanes512>(shape, scans, gradY, gradients); break;
            case SimdPath.Avx2: Backward<Lanes256>(shape, scans, gradY, gradients); break;
            default: Backward<Lanes128>(shape, scans, gradY, gradients); break;
        }
    }

    private static void Validate(SelectiveScanShape shape, SelectiveScanTensors[] scans)
    {
        foreach (SelectiveScanTensors scan in scans) ScanArguments.Validate(shape, scan);
        if (scans.Length > 1) ScanArguments.ValidateSecond(scans[0], scans[1]);
    }

    /// <summary>The scan in registers of a kind.</summary>
    internal static void Forward<V>(
        SelectiveScanShape shape, SelectiveScanTensors[] scans, in SelectiveScanOutputs outputs) where V : unmanaged, IVector<V>
    {
        if (scans[0].U.Element == RowElement.Float32) Forward<V, float>(shape, scans, outputs);
        else Forward<V, BFloat16>(shape, scans, outputs);
    }

    /// <summary>The gradient in registers of a kind.</summary>
    internal static void Backward<V>(
        SelectiveScanShape shape, SelectiveScanTensors[] scans, TokenRows gradY, SelectiveScanTensors[] gradients)
        where V : unmanaged, IVector<V>
    {
        if (scans[0].U.Element == RowElement.Float32) Backward<V, float>(shape, scans, gradY, gradients);
        else Backward<V, BFloat16>(shape, scans, gradY, gradients);
    }

    private static void Forward<V, T>(SelectiveScanShape shape, SelectiveScanTensors[] scans, in SelectiveScanOutputs outputs)
        where V : unmanaged, IVector<V> where T : unmanaged
    {
        switch (shape.ConstantB, shape.ConstantC)
        {
            case (false, false): ScanForward<V, T, PerToken, PerToken>.Run(shape, scans, outputs); break;
            case (false, true): ScanForward<V, T, PerToken, PerChannel>.Run(shape, scans, outputs); break;
            case (true, false): ScanForward<V, T, PerChannel, PerToken>.Run(shape, scans, outputs); break;
            case (true, true): ScanForward<V, T, PerChannel, PerChannel>.Run(shape, scans, outputs); break;
        }
    }

    private static void Backward<V, T>(
        SelectiveScanShape shape, SelectiveScanTensors[] scans, TokenRows gradY, SelectiveScanTensors[] gradients)
        where V : unmanaged, IVector<V> where T : unmanaged
    {
        switch (shape.ConstantB, shape.ConstantC)
        {
            case (false, false): ScanBackward<V, T, PerToken, PerToken>.Run(shape, scans, gradY, gradients); break;
            case (false, true): ScanBackward<V, T, PerToken, PerChannel>.Run(shape, scans, gradY, gradients); break;
            case (true, false): ScanBackward<V, T, PerChannel, PerToken>.Run(shape, scans, gradY, gradients); break;
            case (true, true): ScanBackward<V, T, PerChannel, PerChannel>.Run(shape, scans, gradY, gradients); break;
        }
    }
}
