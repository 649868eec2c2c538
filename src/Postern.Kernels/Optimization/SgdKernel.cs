using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>One parameter of an <see cref="SgdKernel"/> update: dense float32 memory that the caller keeps alive.</summary>
/// <param name="Value">The parameter.</param>
/// <param name="Gradient">Its gradient.</param>
/// <param name="Momentum">The momentum buffer, zero before the first update.</param>
/// <param name="Count">Number of elements of each.</param>
/// <param name="Decay">L2 weight decay, added to the gradient.</param>
public readonly record struct SgdTensor(nint Value, nint Gradient, nint Momentum, long Count, float Decay);

/// <summary>
/// SGD with momentum and L2 decay over all parameters of a network in one pass, as PyTorch defines it (no dampening, no
/// Nesterov):
/// <code>
/// b = momentum b + (g + decay p)      p = p - lr b
/// </code>
/// <see cref="Plain"/> says the same in a plain loop.
/// </summary>
public static unsafe class SgdKernel
{
    /// <summary>Updates every parameter and its momentum buffer.</summary>
    /// <param name="tensors">The parameters.</param>
    /// <param name="lr">Learning rate.</param>
    /// <param name="momentum">Share of the buffer that stays.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Step(SgdTensor[] tensors, float lr, float momentum, SimdPath path = SimdPath.Auto)
    {
        switch (SimdPaths.Resolve(path, KernelPaths.Optimizer))
        {
            case SimdPath.Plain: Array.ForEach(tensors, t => Plain(t, lr, momentum)); break;
            case SimdPath.Avx512: Run<Lanes512>(tensors, lr, momentum); break;
            case SimdPath.Avx2: Run<Lanes256>(tensors, lr, momentum); break;
            default: Run<Lanes128>(tensors, lr, momentum); break;
        }
    }

    /// <summary>The reference of <see cref="Step"/> for one parameter.</summary>
    public static void Plain(SgdTensor tensor, float lr, float momentum) => Loop(tensor, 0, tensor.Count, lr, momentum);

    private static void Run<V>(SgdTensor[] tensors, float lr, float momentum) where V : unmanaged, IVector<V> =>
        Chunks.Run([.. tensors.Select(t => t.Count)],
            (index, start, count) => Update<V>(tensors[index], start, count, lr, momentum));

    [MethodImpl(Compile.Alone)]
    private static void Update<V>(SgdTensor tensor, long start, int count, float lr, float momentum) where V : unmanaged,
        IVector<V>
    {
        float* p = (float*)tensor.Value + start, g = (float*)tensor.Gradient + start, b = (float*)tensor.Momentum + start;
        int whole = count - count % V.Width;
        for (int i = 0; i < whole; i += V.Width)
        {
            V value = V.Load(p + i), gradient = V.MultiplyAdd(V.Broadcast(tensor.Decay), value, V.Load(g + i));
            V buffer = V.MultiplyAdd(V.Broadcast(momentum), V.Load(b + i), gradient);
            buffer.Store(b + i);
            V.MultiplySubtractFrom(V.Broadcast(lr), buffer, value).Store(p + i);
        }

        Loop(tensor, start + whole, count - whole, lr, momentum);
    }

    private static void Loop(SgdTensor tensor, long start, long count, float lr, float momentum)
    {
        float* p = (float*)tensor.Value + start, g = (float*)tensor.Gradient + start, b = (float*)tensor.Momentum + start;
        for (long i = 0; i < count; i++)
        {
            b[i] = MathF.FusedMultiplyAdd(momentum, b[i], MathF.FusedMultiplyAdd(tensor.Decay, p[i], g[i]));
            p[i] = MathF.FusedMultiplyAdd(-lr, b[i], p[i]);
        }
    }
}
