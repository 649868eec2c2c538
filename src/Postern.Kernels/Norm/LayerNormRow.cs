using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// <see cref="LayerNormKernel"/> on one row. A branch, or its gradient, has elements TBranch; y, or its gradient, has elements
/// TNormed. Untyped pointers to them let one function pointer stand for every choice. Each loop is a method of its own and takes
/// the columns [first, end), which are whole registers or the part of one that is left.
/// </summary>
internal static unsafe class LayerNormRow
{
    /// <summary>s, where there is an addend, and y.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Forward<V, TBranch, TNormed>(
        LayerNormShape shape, float* x, void* addend, float* weight, float* bias, float* sum, void* y)
        where V : unmanaged, IVector<V> where TBranch : unmanaged where TNormed : unmanaged
    {
        int width = shape.Width, whole = width - width % V.Width;
        float* total = stackalloc float[4] { 0, 0, 0, 0 };
        Add<V, WholeRow, TBranch>(0, whole, x, (TBranch*)addend, sum, total);
        if (whole < width) Add<V, PartRow, TBranch>(whole, width, x, (TBranch*)addend, sum, total);
        float* s = addend == null ? x : sum;
        float mean = Lanes.Sum(total) / width, r = Factor<V>(shape, s, mean);
        Scale<V, WholeRow, TNormed>(0, whole, s, weight, bias, (TNormed*)y, mean, r);
        if (whole < width) Scale<V, PartRow, TNormed>(whole, width, s, weight, bias, (TNormed*)y, mean, r);
    }

    /// <summary>
    /// The gradients of x and of the addend, where it wants one of its own; adds to those of weight and bias, one behind the
    /// other.
    /// </summary>
    [MethodImpl(Compile.Alone)]
    public static void Backward<V, TBranch, TNormed>(LayerNormShape shape, float* s, float* weight, void* gradY, float* gradSum,
        float* gradX, void* gradAddend, float* gradParameters)
        where V : unmanaged, IVector<V> where TBranch : unmanaged where TNormed : unmanaged
    {
        int width = shape.Width, whole = width - width % V.Width;
        float* total = stackalloc float[4] { 0, 0, 0, 0 };
        Add<V, WholeRow, float>(0, whole, s, null, null, total);
        if (whole < width) Add<V, PartRow, float>(whole, width, s, null, null, total);
        float mean = Lanes.Sum(total) / width, r = Factor<V>(shape, s, mean);
        float* sums = stackalloc float[8] { 0, 0, 0, 0, 0, 0, 0, 0 };
        Products<V, WholeRow, TNormed>(0, whole, s, weight, (TNormed*)gradY, mean, sums);
        if (whole < width) Products<V, PartRow, TNormed>(whole, width, s, weight, (TNormed*)gradY, mean, sums);
        var back = new Back(mean, r, Lanes.Sum(sums) / width * r, Lanes.Sum(sums + 4) / width * r * r * r);
        Gradients<V, WholeRow, TBranch, TNormed>(0, whole, s, weight, (TNormed*)gradY, gradSum, gradX, (TBranch*)gradAddend,
            gradParameters, gradParameters + width, back);
        if (whole < width)
            Gradients<V, PartRow, TBranch, TNormed>(whole, width, s, weight, (TNormed*)gradY, gradSum, gradX,
                (TBranch*)gradAddend, gradParameters, gradParameters + width, back);
    }

    /// <summary>1 / sqrt(variance + eps).</summary>
    private static float Factor<V>(LayerNormShape shape, float* s, float mean) where V : unmanaged, IVector<V>
    {
        int whole = shape.Width - shape.Width % V.Width;
        float* squares = stackalloc float[4] { 0, 0, 0, 0 };
        Squares<V>(0, whole, s, mean, squares);
        float left = 0;
        for (int i = whole; i < shape.Width; i++) left += (s[i] - mean) * (s[i] - mean);
        return 1 / MathF.Sqrt((Lanes.Sum(squares) + left) / shape.Width + shape.Epsilon);
    }

    /// <summary>Writes s, where there is an addend, and adds to four parts of its sum.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Add<V, TRow, TBranch>(int first, int end, float* x, TBranch* addend, float* sum, float* total)
        where V : unmanaged, IVector<V> where TRow : IRowKind where TBranch : unmanaged
    {
        V all = V.Broadcast(0f);
        for (nint i = first; i < end; i += V.Width)
        {
            V s = TRow.Load<V, float>(x + i, end - first);
            if (addend != null)
            {
                s += TRow.Load<V, TBranch>(addend + i, end - first);
                TRow.Store(s, sum + i, end - first);
            }
            all += s;
        }
        all.AddFolded(total);
    }

    /// <summary>Adds to four parts of the sum of squares around the mean.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Squares<V>(int first, int end, float* s, float around, float* squares) where V : unmanaged, IVector<V>
    {
        V total = V.Broadcast(0f), mean = V.Broadcast(around);
        for (nint i = first; i < end; i += V.Width)
        {
            V centred = V.Load(s + i) - mean;
            total = V.MultiplyAdd(centred, centred, total);
        }
        total.AddFolded(squares);
    }

    /// <summary>Writes y.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Scale<V, TRow, TNormed>(
        int first, int end, float* s, float* weight, float* bias, TNormed* y, float around, float factor)
        where V : unmanaged, IVector<V> where TRow : IRowKind where TNormed : unmanaged
    {
        V mean = V.Broadcast(around), r = V.Broadcast(factor);
        for (nint i = first; i < end; i += V.Width)
        {
            V n = (TRow.Load<V, float>(s + i, end - first) - mean) * r;
            TRow.Store(V.MultiplyAdd(n, TRow.Load<V, float>(weight + i, end - first), TRow.Load<V, float>(bias + i, end - first)),
                y + i, end - first);
        }
    }

    /// <summary>Adds to four parts of the sum of h, and behind them to four of the sum of h (s - mean).</summary>
    [MethodImpl(Compile.Alone)]
    private static void Products<V, TRow, TNormed>(
        int first, int end, float* s, float* weight, TNormed* gradY, float around, float* sums)
        where V : unmanaged, IVector<V> where TRow : IRowKind where TNormed : unmanaged
    {
        V plain = V.Broadcast(0f), products = plain, mean = V.Broadcast(around);
        for (nint i = first; i < end; i += V.Width)
        {
            // In a part of a register h is 0 where there is no column.
            V h = TRow.Load<V, TNormed>(gradY + i, end - first) * TRow.Load<V, float>(weight + i, end - first);
            plain += h;
            products = V.MultiplyAdd(h, TRow.Load<V, float>(s + i, end - first) - mean, products);
        }
        plain.AddFolded(sums);
        products.AddFolded(sums + 4);
    }

    /// <summary>Writes the gradients of s and adds to those of weight and bias.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Gradients<V, TRow, TBranch, TNormed>(
        int first, int end, float* s, float* weight, TNormed* gradY, float* gradSum, float* gradX, TBranch* gradAddend,
        float* gradWeight, float* gradBias, Back of)
        where V : unmanaged, IVector<V> where TRow : IRowKind where TBranch : unmanaged where TNormed : unmanaged
    {
        V mean = V.Broadcast(of.Mean), r = V.Broadcast(of.Factor), h = V.Broadcast(of.OfMean), back = V.Broadcast(of.OfSpread);
        for (nint i = first; i < end; i += V.Width)
        {
            V grad = TRow.Load<V, TNormed>(gradY + i, end - first), g = grad * r;
            V centred = TRow.Load<V, float>(s + i, end - first) - mean;
            TRow.Store(V.MultiplyAdd(g, centred, TRow.Load<V, float>(gradWeight + i, end - first)), gradWeight + i, end - first);
            TRow.Store(TRow.Load<V, float>(gradBias + i, end - first) + grad, gradBias + i, end - first);
            V toSum = V.MultiplySubtractFrom(
                centred, back, V.MultiplyAdd(g, TRow.Load<V, float>(weight + i, end - first), V.Broadcast(0f) - h));
            if (gradSum != null) toSum += TRow.Load<V, float>(gradSum + i, end - first);
            TRow.Store(toSum, gradX + i, end - first);
            if (gradAddend != null) TRow.Store(toSum, gradAddend + i, end - first);
        }
    }

    /// <summary>What a row's gradient is made from: its mean, r, r mean(h), and r^3 mean(h (s - mean)).</summary>
    private readonly record struct Back(float Mean, float Factor, float OfMean, float OfSpread);
}
