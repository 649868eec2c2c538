namespace Postern.Kernels;

/// <summary>
/// RMS norm (Zhang and Sennrich 2019; <c>docs/reference/models.md 2.2</c>) of the sum of two branches, fused: per row of width d
/// <code>
/// s = x + a      y = s r w      r = 1 / sqrt(mean(s^2) + eps)
/// </code>
/// and backwards, with h = gradY w, gradS' = r h - s r^3 mean(s h) + gradS and gradW = sum over rows of gradY s r. Everything is
/// dense. The addend and y, and what flows back through them, are rows of either type, all else is float32.
/// <see cref="RmsNormReference"/> says the same in plain loops.
/// </summary>
public static unsafe class RmsNormKernel
{
    /// <summary>Added to the mean square.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>Computes s and y.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">d.</param>
    /// <param name="x">[rows, d].</param>
    /// <param name="addend">a: [rows, d]; none where s is x.</param>
    /// <param name="weight">w: [d].</param>
    /// <param name="sum">Receives s: [rows, d]; not written where there is no addend.</param>
    /// <param name="y">Receives y: [rows, d].</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    public static void Forward(
        int rows, int width, TokenRows x, TokenRows addend, TokenRows weight, TokenRows sum, TokenRows y,
        SimdPath path = SimdPath.Auto)
    {
        (addend, y) = (addend.Dense(width), y.Dense(width));
        switch (SimdPaths.Resolve(path, KernelPaths.Norm))
        {
            case SimdPath.Plain: RmsNormReference.Forward(rows, width, x.Start, addend, weight.Start, sum.Start, y); break;
            case SimdPath.Avx512: Forward<Lanes512>(rows, width, x.Start, addend, weight.Start, sum.Start, y); break;
            case SimdPath.Avx2: Forward<Lanes256>(rows, width, x.Start, addend, weight.Start, sum.Start, y); break;
            default: Forward<Lanes128>(rows, width, x.Start, addend, weight.Start, sum.Start, y); break;
        }
    }

    /// <summary>Computes the gradients of s, which is that of both branches, and of w.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">d.</param>
    /// <param name="sum">s: [rows, d].</param>
    /// <param name="weight">w: [d].</param>
    /// <param name="gradY">[rows, d].</param>
    /// <param name="gradSum">What else flows to s: [rows, d]; null for nothing.</param>
    /// <param name="gradX">Receives [rows, d].</param>
    /// <param name="gradAddend">Receives the same once more in its own type: [rows, d]; none where that of x serves both.</param>
    /// <param name="gradWeight">Receives [d].</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    public static void Backward(int rows, int width, TokenRows sum, TokenRows weight, TokenRows gradY, TokenRows gradSum,
        TokenRows gradX,
        TokenRows gradAddend, TokenRows gradWeight, SimdPath path = SimdPath.Auto)
    {
        (gradY, gradAddend) = (gradY.Dense(width), gradAddend.Dense(width));
        switch (SimdPaths.Resolve(path, KernelPaths.Norm))
        {
            case SimdPath.Plain:
                RmsNormReference.Backward(rows, width, sum.Start, weight.Start, gradY, gradSum.Start,
                gradX.Start, gradAddend, gradWeight.Start); break;
            case SimdPath.Avx512:
                Backward<Lanes512>(rows, width, sum.Start, weight.Start, gradY, gradSum.Start, gradX.Start,
                gradAddend, gradWeight.Start); break;
            case SimdPath.Avx2:
                Backward<Lanes256>(rows, width, sum.Start, weight.Start, gradY, gradSum.Start, gradX.Start,
                gradAddend, gradWeight.Start); break;
            default:
                Backward<Lanes128>(rows, width, sum.Start, weight.Start, gradY, gradSum.Start, gradX.Start, gradAddend,
                gradWeight.Start); break;
        }
    }

    private static void Forward<V>(int rows, int width, float* x, TokenRows addend, float* weight, float* sum, TokenRows y)
        where V : unmanaged, IVector<V>
    {
        delegate*<int, float*, void*, float*, float*, void*, void> row = (addend.Element, y.Element) switch
        {
            (RowElement.Float32, RowElement.Float32) => &RmsNormRow.Forward<V, float, float>,
            (RowElement.Float32, _) => &RmsNormRow.Forward<V, float, BFloat16>,
            (_, RowElement.Float32) => &RmsNormRow.Forward<V, BFloat16, float>,
            _ => &RmsNormRow.Forward<V, BFloat16, BFloat16>,
        };
        NormItems.Run(rows, (i, _) =>
        {
            long at = (long)i * width;
            row(width, x + at, addend.Row(i), weight, sum + at, y.Row(i));
        });
    }

    private static void Backward<V>(
        int rows, int width, float* sum, float* weight, TokenRows gradY, float* gradSum, float* gradX, TokenRows gradAddend,
        float* gradWeight)
        where V : unmanaged, IVector<V>
    {
        delegate*<int, float*, float*, void*, float*, float*, void*, float*,
            void> row = (gradAddend.Element, gradY.Element) switch
            {
                (RowElement.Float32, RowElement.Float32) => &RmsNormRow.Backward<V, float, float>,
                (RowElement.Float32, _) => &RmsNormRow.Backward<V, float, BFloat16>,
                (_, RowElement.Float32) => &RmsNormRow.Backward<V, BFloat16, float>,
                _ => &RmsNormRow.Backward<V, BFloat16, BFloat16>,
            };
        NormItems.Sum(rows, width, (i, sums) =>
        {
            long at = (long)i * width;
            row(width, sum + at, weight, gradY.Row(i), gradSum == null ? null : gradSum + at, gradX + at, gradAddend.Row(i),
                sums);
        }, new Span<float>(gradWeight, width));
    }
}
