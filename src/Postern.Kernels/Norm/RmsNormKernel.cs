using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// RMS norm (Zhang and Sennrich 2019; spec models.md 2.2) of the sum of two branches, fused: per row of width d
/// <code>
/// s = x + a      y = s r w      r = 1 / sqrt(mean(s^2) + eps)
/// </code>
/// and backwards, with h = gradY w, gradS' = r h - s r^3 mean(s h) + gradS and gradW = sum over rows of gradY s r. Rows are [rows, d], dense
/// float32. <see cref="RmsNormReference"/> says the same in plain loops.
/// </summary>
public static unsafe class RmsNormKernel
{
    /// <summary>Added to the mean square.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>Rows of a work item: their part of the weight's gradient is summed before items meet, in order.</summary>
    private const int RowsOfItem = 64;

    /// <summary>Computes s and y.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">d.</param>
    /// <param name="x">[rows, d].</param>
    /// <param name="addend">a: [rows, d]; null where s is x.</param>
    /// <param name="weight">w: [d].</param>
    /// <param name="sum">Receives s: [rows, d]; not written where there is no addend.</param>
    /// <param name="y">Receives y: [rows, d].</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    public static void Forward(int rows, int width, float* x, float* addend, float* weight, float* sum, float* y, SimdPath path = SimdPath.Auto)
    {
        switch (SimdPaths.Resolve(path))
        {
            case SimdPath.Avx512: Forward<Lanes512>(rows, width, x, addend, weight, sum, y); break;
            case SimdPath.Avx2: Forward<Lanes256>(rows, width, x, addend, weight, sum, y); break;
            default: Forward<Lanes128>(rows, width, x, addend, weight, sum, y); break;
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
    /// <param name="gradWeight">Receives [d].</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    public static void Backward(
        int rows, int width, float* sum, float* weight, float* gradY, float* gradSum, float* gradX, float* gradWeight, SimdPath path = SimdPath.Auto)
    {
        switch (SimdPaths.Resolve(path))
        {
            case SimdPath.Avx512: Backward<Lanes512>(rows, width, sum, weight, gradY, gradSum, gradX, gradWeight); break;
            case SimdPath.Avx2: Backward<Lanes256>(rows, width, sum, weight, gradY, gradSum, gradX, gradWeight); break;
            default: Backward<Lanes128>(rows, width, sum, weight, gradY, gradSum, gradX, gradWeight); break;
        }
    }

    private static int Items(int rows) => (rows + RowsOfItem - 1) / RowsOfItem;

    private static void Forward<V>(int rows, int width, float* x, float* addend, float* weight, float* sum, float* y) where V : unmanaged, IVector<V> =>
        KernelThreads.Run(Items(rows), 0, (item, _) =>
        {
            for (int row = item * RowsOfItem; row < Math.Min(rows, (item + 1) * RowsOfItem); row++)
            {
                long at = (long)row * width;
                if (addend != null) Add<V>(width, x + at, addend + at, sum + at);
                Scale<V>(width, (addend != null ? sum : x) + at, weight, y + at);
            }
        });

    private static void Backward<V>(int rows, int width, float* sum, float* weight, float* gradY, float* gradSum, float* gradX, float* gradWeight)
        where V : unmanaged, IVector<V>
    {
        float* partials = Scratch.OfCall((long)Items(rows) * width);
        KernelThreads.Run(Items(rows), 0, (item, _) =>
        {
            float* part = partials + (long)item * width;
            new Span<float>(part, width).Clear();
            for (int row = item * RowsOfItem; row < Math.Min(rows, (item + 1) * RowsOfItem); row++)
            {
                long at = (long)row * width;
                BackwardRow<V>(width, sum + at, weight, gradY + at, gradSum == null ? null : gradSum + at, gradX + at, part);
            }
        });
        var total = new Span<float>(gradWeight, width);
        total.Clear();
        for (int item = 0; item < Items(rows); item++) Lanes.Add(new ReadOnlySpan<float>(partials + (long)item * width, width), total);
    }

    [MethodImpl(Compile.Alone)]
    private static void Add<V>(int width, float* x, float* addend, float* sum) where V : unmanaged, IVector<V>
    {
        int i = 0;
        for (; i <= width - V.Width; i += V.Width) (V.Load(x + i) + V.Load(addend + i)).Store(sum + i);
        for (; i < width; i++) sum[i] = x[i] + addend[i];
    }

    [MethodImpl(Compile.Alone)]
    private static void Scale<V>(int width, float* s, float* weight, float* y) where V : unmanaged, IVector<V>
    {
        float factor = Factor<V>(width, s);
        V r = V.Broadcast(factor);
        int i = 0;
        for (; i <= width - V.Width; i += V.Width) (V.Load(s + i) * r * V.Load(weight + i)).Store(y + i);
        for (; i < width; i++) y[i] = s[i] * factor * weight[i];
    }

    [MethodImpl(Compile.Alone)]
    private static void BackwardRow<V>(int width, float* s, float* weight, float* gradY, float* gradSum, float* gradX, float* gradWeight)
        where V : unmanaged, IVector<V>
    {
        float factor = Factor<V>(width, s), inner = 0;
        V dots = V.Broadcast(0f);
        int i = 0;
        for (; i <= width - V.Width; i += V.Width) dots = V.MultiplyAdd(V.Load(gradY + i) * V.Load(weight + i), V.Load(s + i), dots);
        for (; i < width; i++) inner += gradY[i] * weight[i] * s[i];
        float back = -(inner + Sum(dots)) / width * factor * factor * factor;
        V r = V.Broadcast(factor), b = V.Broadcast(back);
        for (i = 0; i <= width - V.Width; i += V.Width)
        {
            V g = V.Load(gradY + i) * r, value = V.Load(s + i);
            V.MultiplyAdd(g, value, V.Load(gradWeight + i)).Store(gradWeight + i);
            V toSum = V.MultiplyAdd(g, V.Load(weight + i), value * b);
            if (gradSum != null) toSum += V.Load(gradSum + i);
            toSum.Store(gradX + i);
        }
        for (; i < width; i++)
        {
            float g = gradY[i] * factor;
            gradWeight[i] += g * s[i];
            gradX[i] = g * weight[i] + s[i] * back + (gradSum != null ? gradSum[i] : 0);
        }
    }

    /// <summary>r of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Factor<V>(int width, float* s) where V : unmanaged, IVector<V>
    {
        V squares = V.Broadcast(0f);
        float rest = 0;
        int i = 0;
        for (; i <= width - V.Width; i += V.Width) squares = V.MultiplyAdd(V.Load(s + i), V.Load(s + i), squares);
        for (; i < width; i++) rest += s[i] * s[i];
        return 1 / MathF.Sqrt((Sum(squares) + rest) / width + Epsilon);
    }

    private static float Sum<V>(V lanes) where V : unmanaged, IVector<V>
    {
        float* four = stackalloc float[4] { 0, 0, 0, 0 };
        lanes.AddFolded(four);
        return (four[0] + four[1]) + (four[2] + four[3]);
    }
}
