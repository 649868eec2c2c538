using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// <see cref="RmsNormKernel"/> on one row. A branch, or its gradient, has elements TBranch; y, or its gradient, has elements
/// TNormed. Untyped pointers to them let one function pointer stand for every choice. Each loop is a method of its own and takes
/// the columns [first, end), which are whole registers or the part of one that is left.
/// </summary>
internal static unsafe class RmsNormRow
{
    /// <summary>s, where there is an addend, and y.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Forward<V, TBranch, TNormed>(int width, float* x, void* addend, float* weight, float* sum, void* y)
        where V : unmanaged, IVector<V> where TBranch : unmanaged where TNormed : unmanaged
    {
        int whole = width - width % V.Width;
        float* squares = stackalloc float[4] { 0, 0, 0, 0 };
        Add<V, WholeRow, TBranch>(0, whole, x, (TBranch*)addend, sum, squares);
        if (whole < width) Add<V, PartRow, TBranch>(whole, width, x, (TBranch*)addend, sum, squares);
        float r = Factor(squares, width);
        float* s = addend == null ? x : sum;
        Scale<V, WholeRow, TNormed>(0, whole, s, weight, (TNormed*)y, r);
        if (whole < width) Scale<V, PartRow, TNormed>(whole, width, s, weight, (TNormed*)y, r);
    }

    /// <summary>The gradients of x and of the addend, where it wants one of its own; adds to that of the weight.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Backward<V, TBranch, TNormed>(
        int width, float* s, float* weight, void* gradY, float* gradSum, float* gradX, void* gradAddend, float* gradWeight)
        where V : unmanaged, IVector<V> where TBranch : unmanaged where TNormed : unmanaged
    {
        int whole = width - width % V.Width;
        float* sums = stackalloc float[8] { 0, 0, 0, 0, 0, 0, 0, 0 };
        Products<V, WholeRow, TNormed>(0, whole, s, weight, (TNormed*)gradY, sums);
        if (whole < width) Products<V, PartRow, TNormed>(whole, width, s, weight, (TNormed*)gradY, sums);
        float r = Factor(sums, width), back = -Lanes.Sum(sums + 4) / width * r * r * r;
        Gradients<V, WholeRow, TBranch, TNormed>(0, whole, s, weight, (TNormed*)gradY, gradSum, gradX, (TBranch*)gradAddend,
            gradWeight, r, back);
        if (whole < width)
            Gradients<V, PartRow, TBranch, TNormed>(whole, width, s, weight, (TNormed*)gradY, gradSum, gradX,
                (TBranch*)gradAddend, gradWeight, r, back);
    }

    /// <summary>Writes s, where there is an addend, and adds to four parts of the sum of its squares.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Add<V, TRow, TBranch>(int first, int end, float* x, TBranch* addend, float* sum, float* squares)
        where V : unmanaged, IVector<V> where TRow : IRowKind where TBranch : unmanaged
    {
        V total = V.Broadcast(0f);
        for (nint i = first; i < end; i += V.Width)
        {
            V s = TRow.Load<V, float>(x + i, end - first);
            if (addend != null)
            {
                s += TRow.Load<V, TBranch>(addend + i, end - first);
                TRow.Store(s, sum + i, end - first);
            }
            total = V.MultiplyAdd(s, s, total);
        }
        total.AddFolded(squares);
    }

    /// <summary>Writes y.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Scale<V, TRow, TNormed>(int first, int end, float* s, float* weight, TNormed* y, float factor)
        where V : unmanaged, IVector<V> where TRow : IRowKind where TNormed : unmanaged
    {
        V r = V.Broadcast(factor);
        for (nint i = first; i < end; i += V.Width)
            TRow.Store(TRow.Load<V, float>(s + i, end - first) * r * TRow.Load<V, float>(weight + i, end - first),
                y + i, end - first);
    }

    /// <summary>Adds to four parts of the sum of s^2, and behind them to four of the sum of s h.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Products<V, TRow, TNormed>(int first, int end, float* s, float* weight, TNormed* gradY, float* sums)
        where V : unmanaged, IVector<V> where TRow : IRowKind where TNormed : unmanaged
    {
        V squares = V.Broadcast(0f), products = squares;
        for (nint i = first; i < end; i += V.Width)
        {
            V value = TRow.Load<V, float>(s + i, end - first);
            V h = TRow.Load<V, TNormed>(gradY + i, end - first) * TRow.Load<V, float>(weight + i, end - first);
            squares = V.MultiplyAdd(value, value, squares);
            products = V.MultiplyAdd(h, value, products);
        }
        squares.AddFolded(sums);
        products.AddFolded(sums + 4);
    }

    /// <summary>Writes the gradients and adds to that of the weight.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Gradients<V, TRow, TBranch, TNormed>(
        int first, int end, float* s, float* weight, TNormed* gradY, float* gradSum,
        float* gradX, TBranch* gradAddend, float* gradWeight, float factor, float ofSum)
        where V : unmanaged, IVector<V> where TRow : IRowKind where TBranch : unmanaged where TNormed : unmanaged
    {
        V r = V.Broadcast(factor), back = V.Broadcast(ofSum);
        for (nint i = first; i < end; i += V.Width)
        {
            V g = TRow.Load<V, TNormed>(gradY + i, end - first) * r, value = TRow.Load<V, float>(s + i, end - first);
            TRow.Store(V.MultiplyAdd(g, value, TRow.Load<V, float>(gradWeight + i, end - first)), gradWeight + i, end - first);
            V toSum = V.MultiplyAdd(g, TRow.Load<V, float>(weight + i, end - first), value * back);
            if (gradSum != null) toSum += TRow.Load<V, float>(gradSum + i, end - first);
            TRow.Store(toSum, gradX + i, end - first);
            if (gradAddend != null) TRow.Store(toSum, gradAddend + i, end - first);
        }
    }

    /// <summary>r of a row.</summary>
    private static float Factor(float* squares, int width) => 1 / MathF.Sqrt(Lanes.Sum(squares) / width + RmsNormKernel.Epsilon);
}
