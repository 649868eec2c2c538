using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>One parameter of an <see cref="AdamWKernel"/> update: dense float32 memory that the caller keeps alive.</summary>
/// <param name="Value">The parameter.</param>
/// <param name="Gradient">Its gradient.</param>
/// <param name="Mean">Running mean of the gradient.</param>
/// <param name="Square">Running mean of the gradient's square.</param>
/// <param name="Count">Number of elements of each.</param>
/// <param name="Keep">What weight decay leaves of the value, 1 - lr * decay.</param>
/// <param name="StepSize">lr / (1 - beta1^t).</param>
/// <param name="SquareScale">1 / sqrt(1 - beta2^t).</param>
public readonly record struct AdamWTensor(
    nint Value, nint Gradient, nint Mean, nint Square, long Count, float Keep, float StepSize, float SquareScale);

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) over all parameters of a network in one pass, with betas b1 and b2,
/// <code>
/// m = b1 m + (1 - b1) g      v = b2 v + (1 - b2) g^2      p = keep p - stepSize m / (squareScale sqrt(v) + eps)
/// </code>
/// Every element is a function of its own four numbers, so the bits depend on no thread count. <see cref="Plain"/> says the same
/// in a plain loop.
/// </summary>
public static unsafe class AdamWKernel
{
    /// <summary>Updates every parameter and both of its running means.</summary>
    /// <param name="tensors">The parameters.</param>
    /// <param name="beta1">b1.</param>
    /// <param name="beta2">b2.</param>
    /// <param name="epsilon">eps.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Step(AdamWTensor[] tensors, float beta1, float beta2, float epsilon, SimdPath path = SimdPath.Auto)
    {
        switch (SimdPaths.Resolve(path, KernelPaths.Optimizer))
        {
            case SimdPath.Plain: Array.ForEach(tensors, t => Plain(t, beta1, beta2, epsilon)); break;
            case SimdPath.Avx512: Run<Lanes512>(tensors, beta1, beta2, epsilon); break;
            case SimdPath.Avx2: Run<Lanes256>(tensors, beta1, beta2, epsilon); break;
            default: Run<Lanes128>(tensors, beta1, beta2, epsilon); break;
        }
    }

    /// <summary>The reference of <see cref="Step"/> for one parameter.</summary>
    public static void Plain(AdamWTensor tensor, float beta1, float beta2, float epsilon)
    {
        float* p = (float*)tensor.Value, g = (float*)tensor.Gradient, m = (float*)tensor.Mean, v = (float*)tensor.Square;
        for (long i = 0; i < tensor.Count; i++)
        {
            m[i] = beta1 * m[i] + (1 - beta1) * g[i];
            v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
            p[i] = tensor.Keep * p[i] - tensor.StepSize * m[i] / (tensor.SquareScale * MathF.Sqrt(v[i]) + epsilon);
        }
    }

    private static void Run<V>(AdamWTensor[] tensors, float beta1, float beta2, float epsilon) where V : unmanaged, IVector<V> =>
        Chunks.Run([.. tensors.Select(t => t.Count)],
            (index, start, count) => Update<V>(tensors[index], start, count, beta1, beta2, epsilon));

    [MethodImpl(Compile.Alone)]
    private static void Update<V>(AdamWTensor tensor, long start, int count, float beta1, float beta2, float epsilon) where V
        : unmanaged, IVector<V>
    {
        float* p = (float*)tensor.Value + start, g = (float*)tensor.Gradient + start, m = (float*)tensor.Mean + start,
            v = (float*)tensor.Square + start;
        int whole = count - count % V.Width;
        for (int i = 0; i < whole; i += V.Width)
            One<V>(tensor, V.Load(p + i), V.Load(g + i), V.Load(m + i), V.Load(v + i), p + i, m + i, v + i, beta1,
                beta2, epsilon);
        if (whole == count) return;
        int rest = count - whole;
        float* lanes = stackalloc float[3 * V.Width];
        One<V>(tensor, Lanes.Load<V>(p + whole, rest), Lanes.Load<V>(g + whole, rest), Lanes.Load<V>(m + whole, rest),
            Lanes.Load<V>(v + whole, rest),
            lanes, lanes + V.Width, lanes + 2 * V.Width, beta1, beta2, epsilon);
        for (int i = 0; i < rest; i++)
            (p[whole + i], m[whole + i], v[whole + i]) = (lanes[i], lanes[V.Width + i], lanes[2 * V.Width + i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<V>(
        in AdamWTensor tensor, V value, V gradient, V mean, V square, float* toValue, float* toMean, float* toSquare, float beta1,
        float beta2, float epsilon)
        where V : unmanaged, IVector<V>
    {
        mean = V.MultiplyAdd(V.Broadcast(beta1), mean, V.Broadcast(1 - beta1) * gradient);
        square = V.MultiplyAdd(V.Broadcast(beta2), square, V.Broadcast(1 - beta2) * gradient * gradient);
        V size = V.MultiplyAdd(V.Broadcast(tensor.SquareScale), V.Sqrt(square), V.Broadcast(epsilon));
        V.MultiplySubtractFrom(V.Broadcast(tensor.StepSize), mean / size, V.Broadcast(tensor.Keep) * value).Store(toValue);
        mean.Store(toMean);
        square.Store(toSquare);
    }
}
