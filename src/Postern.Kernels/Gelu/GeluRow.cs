using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// <see cref="GeluKernel"/> on one row of elements T. Untyped pointers let one function pointer stand for every type. Each loop
/// is a method of its own and takes the columns [first, end), which are whole registers or the part of one that is left.
/// </summary>
internal static unsafe class GeluRow
{
    /// <summary>y.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Forward<V, T>(int width, void* gate, void* value, void* y)
        where V : unmanaged, IVector<V> where T : unmanaged
    {
        int whole = width - width % V.Width;
        Multiply<V, WholeRow, T>(0, whole, (T*)gate, (T*)value, (T*)y);
        if (whole == width) return;
        // The last whole register again where there is one: its numbers come out the same, much faster than the part's.
        if (whole > 0) Multiply<V, WholeRow, T>(width - V.Width, width, (T*)gate, (T*)value, (T*)y);
        else Multiply<V, PartRow, T>(0, width, (T*)gate, (T*)value, (T*)y);
    }

    /// <summary>The gradients of the gate and, where there is one, of the value.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Backward<V, T>(int width, void* gate, void* value, void* gradY, void* gradGate, void* gradValue)
        where V : unmanaged, IVector<V> where T : unmanaged
    {
        int whole = width - width % V.Width;
        Gradients<V, WholeRow, T>(0, whole, (T*)gate, (T*)value, (T*)gradY, (T*)gradGate, (T*)gradValue);
        if (whole == width) return;
        if (whole > 0)
            Gradients<V, WholeRow, T>(width - V.Width, width, (T*)gate, (T*)value, (T*)gradY, (T*)gradGate, (T*)gradValue);
        else Gradients<V, PartRow, T>(0, width, (T*)gate, (T*)value, (T*)gradY, (T*)gradGate, (T*)gradValue);
    }

    [MethodImpl(Compile.Alone)]
    private static void Multiply<V, TRow, T>(int first, int end, T* gate, T* value, T* y)
        where V : unmanaged, IVector<V> where TRow : IRowKind where T : unmanaged
    {
        for (nint i = first; i < end; i += V.Width)
        {
            V g = TRow.Load<V, T>(gate + i, end - first);
            V result = g * VectorMath.Normal(g, out _);
            if (value != null) result *= TRow.Load<V, T>(value + i, end - first);
            TRow.Store(result, y + i, end - first);
        }
    }

    [MethodImpl(Compile.Alone)]
    private static void Gradients<V, TRow, T>(
        int first, int end, T* gate, T* value, T* gradY, T* gradGate, T* gradValue)
        where V : unmanaged, IVector<V> where TRow : IRowKind where T : unmanaged
    {
        for (nint i = first; i < end; i += V.Width)
        {
            V g = TRow.Load<V, T>(gate + i, end - first), grad = TRow.Load<V, T>(gradY + i, end - first);
            V below = VectorMath.Normal(g, out V density), slope = V.MultiplyAdd(g, density, below);
            if (value == null) TRow.Store(grad * slope, gradGate + i, end - first);
            else
            {
                TRow.Store(grad * TRow.Load<V, T>(value + i, end - first) * slope, gradGate + i, end - first);
                TRow.Store(grad * (g * below), gradValue + i, end - first);
            }
        }
    }
}
