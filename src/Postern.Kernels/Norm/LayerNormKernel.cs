namespace Postern.Kernels;

/// <summary>
/// Layer norm (Ba, Kiros and Hinton 2016) of the sum of two branches, fused: per row of width d
/// <code>
/// s = x + a      n = (s - mean(s)) r      y = n w + b      r = 1 / sqrt(mean((s - mean(s))^2) + eps)
/// </code>
/// and backwards, with h = gradY w, gradS' = r (h - mean(h) - n mean(n h)) + gradS, gradW = sum over rows of gradY n and gradB of
/// gradY. Everything is dense. The addend and y, and what flows back through them, are rows of either type, all else is float32.
/// <see cref="LayerNormReference"/> says the same in plain loops.
/// </summary>
public static unsafe class LayerNormKernel
{
    /// <summary>Computes s and y.</summary>
    /// <param name="shape">Rows, their width, and epsilon.</param>
    /// <param name="x">[rows, d].</param>
    /// <param name="addend">a: [rows, d]; none where s is x.</param>
    /// <param name="weight">w: [d].</param>
    /// <param name="bias">b: [d].</param>
    /// <param name="sum">Receives s: [rows, d]; not written where there is no addend.</param>
    /// <param name="y">Receives y: [rows, d].</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    public static void Forward(LayerNormShape shape, TokenRows x, TokenRows addend, TokenRows weight, TokenRows bias,
        TokenRows sum, TokenRows y, SimdPath path = SimdPath.Auto)
    {
        (addend, y) = (addend.Dense(shape.Width), y.Dense(shape.Width));
        switch (SimdPaths.Resolve(path, KernelPaths.Norm))
        {
            case SimdPath.Plain: LayerNormReference.Forward(shape, x.Dense(shape.Width), addend, weight, bias, sum, y); break;
            case SimdPath.Avx512: Forward<Lanes512>(shape, x, addend, weight, bias, sum, y); break;
            case SimdPath.Avx2: Forward<Lanes256>(shape, x, addend, weight, bias, sum, y); break;
            default: Forward<Lanes128>(shape, x, addend, weight, bias, sum, y); break;
        }
    }

    /// <summary>Computes the gradients of s, which is that of both branches, and of w and b.</summary>
    /// <param name="shape">Rows, their width, and epsilon.</param>
    /// <param name="sum">s: [rows, d].</param>
    /// <param name="weight">w: [d].</param>
    /// <param name="gradY">[rows, d].</param>
    /// <param name="gradSum">What else flows to s: [rows, d]; none for nothing.</param>
    /// <param name="gradX">Receives [rows, d].</param>
    /// <param name="gradAddend">Receives the same once more in its own type: [rows, d]; none where that of x serves both.</param>
    /// <param name="gradParameters">Receives [2, d]: the gradients of w and of b.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    public static void Backward(LayerNormShape shape, TokenRows sum, TokenRows weight, TokenRows gradY, TokenRows gradSum,
        TokenRows gradX, TokenRows gradAddend, TokenRows gradParameters, SimdPath path = SimdPath.Auto)
    {
        (gradY, gradAddend) = (gradY.Dense(shape.Width), gradAddend.Dense(shape.Width));
        switch (SimdPaths.Resolve(path, KernelPaths.Norm))
        {
            case SimdPath.Plain:
                LayerNormReference.Backward(shape, sum.Dense(shape.Width), weight, gradY, gradSum.Dense(shape.Width),
                    gradX.Dense(shape.Width), gradAddend, gradParameters); break;
            case SimdPath.Avx512:
                Backward<Lanes512>(shape, sum, weight, gradY, gradSum, gradX, gradAddend, gradParameters); break;
            case SimdPath.Avx2:
                Backward<Lanes256>(shape, sum, weight, gradY, gradSum, gradX, gradAddend, gradParameters); break;
            default:
                Backward<Lanes128>(shape, sum, weight, gradY, gradSum, gradX, gradAddend, gradParameters); break;
        }
    }

    private static void Forward<V>(LayerNormShape shape, TokenRows x, TokenRows addend, TokenRows weight, TokenRows bias,
        TokenRows sum, TokenRows y) where V : unmanaged, IVector<V>
    {
        delegate*<LayerNormShape, float*, void*, float*, float*, float*, void*, void> row = (addend.Element, y.Element) switch
        {
            (RowElement.Float32, RowElement.Float32) => &LayerNormRow.Forward<V, float, float>,
            (RowElement.Float32, _) => &LayerNormRow.Forward<V, float, BFloat16>,
            (_, RowElement.Float32) => &LayerNormRow.Forward<V, BFloat16, float>,
            _ => &LayerNormRow.Forward<V, BFloat16, BFloat16>,
        };
        NormItems.Run(shape.Rows, (i, _) =>
        {
            long at = (long)i * shape.Width;
            row(shape, x.Start + at, addend.Row(i), weight.Start, bias.Start, sum.Start + at, y.Row(i));
        });
    }

    private static void Backward<V>(LayerNormShape shape, TokenRows sum, TokenRows weight, TokenRows gradY, TokenRows gradSum,
        TokenRows gradX, TokenRows gradAddend, TokenRows gradParameters) where V : unmanaged, IVector<V>
    {
        delegate*<LayerNormShape, float*, float*, void*, float*, float*, void*, float*, void> row =
            (gradAddend.Element, gradY.Element) switch
            {
                (RowElement.Float32, RowElement.Float32) => &LayerNormRow.Backward<V, float, float>,
                (RowElement.Float32, _) => &LayerNormRow.Backward<V, float, BFloat16>,
                (_, RowElement.Float32) => &LayerNormRow.Backward<V, BFloat16, float>,
                _ => &LayerNormRow.Backward<V, BFloat16, BFloat16>,
            };
        NormItems.Sum(shape.Rows, 2 * shape.Width, (i, sums) =>
        {
            long at = (long)i * shape.Width;
            row(shape, sum.Start + at, weight.Start, gradY.Row(i), gradSum.Exists ? gradSum.Start + at : null, gradX.Start + at,
                gradAddend.Row(i), sums);
        }, new Span<float>(gradParameters.Start, 2 * shape.Width));
    }
}
