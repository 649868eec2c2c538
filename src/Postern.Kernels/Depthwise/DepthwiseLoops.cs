using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The inner loops of <see cref="DepthwiseConv"/> over rows of elements T: four registers of channels at a time while there are
/// as many, whose sums do not wait for each other, then one by one, and at last the part of one.
/// </summary>
internal static unsafe class DepthwiseLoops
{
    /// <summary>One row of outputs of one map.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="row">b H + i.</param>
    /// <param name="x">The maps that are seen.</param>
    /// <param name="kernel">[K K + 1, lanes]: the taps, and the bias behind them.</param>
    /// <param name="lanes">Channels, made up to whole registers.</param>
    /// <param name="y">The maps that are written.</param>
    [MethodImpl(Compile.Alone)]
    public static void Row<V, T>(DepthwiseShape shape, int row, TokenRows x, float* kernel, int lanes, TokenRows y)
        where V : unmanaged, IVector<V> where T : unmanaged
    {
        int i = row % shape.Height, reach = shape.Reach;
        (int firstDown, int endDown) = Taps(i, shape.Height, shape.Kernel, reach);
        for (int j = 0; j < shape.Width; j++)
        {
            (int firstAcross, int endAcross) = Taps(j, shape.Width, shape.Kernel, reach);
            var seen = new Window
            {
                Start = x.Row<T>((row + firstDown - reach) * shape.Width + j + firstAcross - reach),
                Row = shape.Width * x.Stride,
                Pixel = x.Stride,
                Rows = endDown - firstDown,
                Pixels = endAcross - firstAcross,
            };
            float* taps = kernel + (firstDown * shape.Kernel + firstAcross) * lanes, bias = kernel + shape.Taps * lanes;
            T* result = y.Row<T>(row * shape.Width + j);
            int c = 0;
            for (; c <= shape.Channels - 4 * V.Width; c += 4 * V.Width)
                Four<V, T>(seen, taps + c, shape.Kernel * lanes, lanes, bias + c, result + c, c);
            for (; c <= shape.Channels - V.Width; c += V.Width)
                One<V, WholeRow, T>(seen, taps + c, shape.Kernel * lanes, lanes, bias + c, result + c, c, V.Width);
            if (c < shape.Channels)
                One<V, PartRow, T>(seen, taps + c, shape.Kernel * lanes, lanes, bias + c, result + c, c, shape.Channels - c);
        }
    }

    /// <summary>Adds the part of one map, channels [first, end), to the gradients of taps and bias.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="b">Which map.</param>
    /// <param name="x">The input.</param>
    /// <param name="gradY">The gradient of the output.</param>
    /// <param name="sums">[K K + 1, lanes].</param>
    /// <param name="lanes">Channels, made up to whole registers.</param>
    /// <param name="first">A multiple of four registers.</param>
    /// <param name="end">At most lanes.</param>
    [MethodImpl(Compile.Alone)]
    public static void AddGradients<V, T>(
        DepthwiseShape shape, int b, TokenRows x, TokenRows gradY, float* sums, int lanes, int first, int end)
        where V : unmanaged, IVector<V> where T : unmanaged
    {
        // Bands of a map, each small enough that it stays in the cache while every tap goes over it.
        int band = Math.Max(1, 64 / shape.Width);
        for (int top = 0; top < shape.Height; top += band)
        {
            int below = Math.Min(shape.Height, top + band);
            for (int tap = 0; tap <= shape.Taps; tap++)
            {
                // The last sum is the bias's, for which every pixel of the gradient counts once.
                bool ofBias = tap == shape.Taps;
                int down = ofBias ? 0 : tap / shape.Kernel - shape.Reach, across = ofBias ? 0 : tap % shape.Kernel - shape.Reach;
                int i0 = Math.Max(top, -down), i1 = Math.Min(below, shape.Height - down);
                int j0 = Math.Max(0, -across), j1 = Math.Min(shape.Width, shape.Width - across);
                if (i0 >= i1 || j0 >= j1) continue;
                int pixel = (b * shape.Height + i0) * shape.Width + j0;
                var grad = new Window
                {
                    Start = gradY.Row<T>(pixel),
                    Row = shape.Width * gradY.Stride,
                    Pixel = gradY.Stride,
                    Rows = i1 - i0,
                    Pixels = j1 - j0,
                };
                var seen = new Window
                {
                    Start = ofBias ? null : x.Row<T>(pixel + down * shape.Width + across),
                    Row = shape.Width * x.Stride,
                    Pixel = x.Stride,
                };
                float* sum = sums + tap * lanes;
                int c = first, whole = Math.Min(end, shape.Channels);
                for (; c <= whole - 4 * V.Width; c += 4 * V.Width) AddFour<V, T>(grad, seen, sum + c, c);
                for (; c <= whole - V.Width; c += V.Width) AddOne<V, WholeRow, T>(grad, seen, sum + c, c, V.Width);
                if (c < whole) AddOne<V, PartRow, T>(grad, seen, sum + c, c, whole - c);
            }
        }
    }

    /// <summary>The taps in one direction that lie within the map, seen from place <paramref name="at"/>.</summary>
    private static (int First, int End) Taps(int at, int side, int kernel, int reach) =>
        (Math.Max(0, reach - at), Math.Min(kernel, side + reach - at));

    [MethodImpl(Compile.Alone)]
    private static void Four<V, T>(
        in Window seen, float* taps, nint tapRow, nint tap, float* bias, T* result, nint channel)
        where V : unmanaged, IVector<V> where T : unmanaged
    {
        V a = V.Load(bias), b = V.Load(bias + V.Width), c = V.Load(bias + 2 * V.Width), d = V.Load(bias + 3 * V.Width);
        T* row = (T*)seen.Start + channel;
        for (int k = 0; k < seen.Rows; k++, row += seen.Row, taps += tapRow)
        {
            T* at = row;
            float* weight = taps;
            for (int l = 0; l < seen.Pixels; l++, at += seen.Pixel, weight += tap)
            {
                a = V.MultiplyAdd(WholeRow.Load<V, T>(at, 0), V.Load(weight), a);
                b = V.MultiplyAdd(WholeRow.Load<V, T>(at + V.Width, 0), V.Load(weight + V.Width), b);
                c = V.MultiplyAdd(WholeRow.Load<V, T>(at + 2 * V.Width, 0), V.Load(weight + 2 * V.Width), c);
                d = V.MultiplyAdd(WholeRow.Load<V, T>(at + 3 * V.Width, 0), V.Load(weight + 3 * V.Width), d);
            }
        }
        WholeRow.Store(a, result, 0);
        WholeRow.Store(b, result + V.Width, 0);
        WholeRow.Store(c, result + 2 * V.Width, 0);
        WholeRow.Store(d, result + 3 * V.Width, 0);
    }

    [MethodImpl(Compile.Alone)]
    private static void One<V, TRow, T>(
        in Window seen, float* taps, nint tapRow, nint tap, float* bias, T* result, nint channel, int live)
        where V : unmanaged, IVector<V> where TRow : IRowKind where T : unmanaged
    {
        V sum = V.Load(bias);
        T* row = (T*)seen.Start + channel;
        for (int k = 0; k < seen.Rows; k++, row += seen.Row, taps += tapRow)
        {
            T* at = row;
            float* weight = taps;
            for (int l = 0; l < seen.Pixels; l++, at += seen.Pixel, weight += tap)
                sum = V.MultiplyAdd(TRow.Load<V, T>(at, live), V.Load(weight), sum);
        }
        TRow.Store(sum, result, live);
    }

    [MethodImpl(Compile.Alone)]
    private static void AddFour<V, T>(in Window grad, in Window seen, float* sum, nint channel)
        where V : unmanaged, IVector<V> where T : unmanaged
    {
        V a = V.Load(sum), b = V.Load(sum + V.Width), c = V.Load(sum + 2 * V.Width), d = V.Load(sum + 3 * V.Width);
        T* gradRow = (T*)grad.Start + channel;
        T* seenRow = seen.Start == null ? null : (T*)seen.Start + channel;
        for (int i = 0; i < grad.Rows; i++, gradRow += grad.Row)
        {
            T* g = gradRow;
            if (seenRow == null)
            {
                for (int j = 0; j < grad.Pixels; j++, g += grad.Pixel)
                {
                    a += WholeRow.Load<V, T>(g, 0);
                    b += WholeRow.Load<V, T>(g + V.Width, 0);
                    c += WholeRow.Load<V, T>(g + 2 * V.Width, 0);
                    d += WholeRow.Load<V, T>(g + 3 * V.Width, 0);
                }
                continue;
            }
            T* x = seenRow + i * seen.Row;
            for (int j = 0; j < grad.Pixels; j++, g += grad.Pixel, x += seen.Pixel)
            {
                a = V.MultiplyAdd(WholeRow.Load<V, T>(g, 0), WholeRow.Load<V, T>(x, 0), a);
                b = V.MultiplyAdd(WholeRow.Load<V, T>(g + V.Width, 0), WholeRow.Load<V, T>(x + V.Width, 0), b);
                c = V.MultiplyAdd(WholeRow.Load<V, T>(g + 2 * V.Width, 0), WholeRow.Load<V, T>(x + 2 * V.Width, 0), c);
                d = V.MultiplyAdd(WholeRow.Load<V, T>(g + 3 * V.Width, 0), WholeRow.Load<V, T>(x + 3 * V.Width, 0), d);
            }
        }
        a.Store(sum);
        b.Store(sum + V.Width);
        c.Store(sum + 2 * V.Width);
        d.Store(sum + 3 * V.Width);
    }

    [MethodImpl(Compile.Alone)]
    private static void AddOne<V, TRow, T>(in Window grad, in Window seen, float* sum, nint channel, int live)
        where V : unmanaged, IVector<V> where TRow : IRowKind where T : unmanaged
    {
        V total = V.Load(sum), one = V.Broadcast(1f);
        T* gradRow = (T*)grad.Start + channel;
        T* seenRow = seen.Start == null ? null : (T*)seen.Start + channel;
        for (int i = 0; i < grad.Rows; i++, gradRow += grad.Row)
        {
            for (int j = 0; j < grad.Pixels; j++)
            {
                V x = seenRow == null ? one : TRow.Load<V, T>(seenRow + i * seen.Row + j * seen.Pixel, live);
                total = V.MultiplyAdd(TRow.Load<V, T>(gradRow + j * grad.Pixel, live), x, total);
            }
        }
        total.Store(sum);
    }

    /// <summary>A rectangle of pixels in a map; distances are in elements.</summary>
    private struct Window
    {
        public void* Start;
        public long Row, Pixel;
        public int Rows, Pixels;
    }
}
