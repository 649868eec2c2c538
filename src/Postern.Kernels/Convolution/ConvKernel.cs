using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The causal convolution in registers of kind <typeparamref name="V"/>, lanes being channels. With p the sum before SiLU and
/// e_t = gradU_t SiLU'(p_t), the gradients are
/// <code>
/// dx_t = sum_k weight_k e_(t + (K - 1) - k)      dweight_k = sum_t e_t x_(t - (K - 1) + k)      dbias = sum_t e_t
/// </code>
/// Every item leaves its own [K + 1] rows of dweight and dbias, which are then summed over sequences in order.
/// </summary>
internal static unsafe class ConvKernel<V> where V : unmanaged, IVector<V>
{
    public static void Forward(CausalConvShape shape, TokenRows x, float* weight, float* bias, TokenRows u)
    {
        var strips = new ConvStrips(shape, V.Width);
        float* table = Scratch.OfCall((shape.Kernel + 1L) * strips.Padded);
        strips.Pack(weight, bias, table);
        KernelThreads.Run(strips.Items, 0, (item, _) =>
        {
            (int batch, int first, int end) = strips.Of(item);
            if ((end - first) % V.Width == 0) ForwardStrip<WholeRow>(shape, Sequence(shape, x, batch), Sequence(shape, u, batch), table, strips.Padded, first, end);
            else ForwardStrip<PartRow>(shape, Sequence(shape, x, batch), Sequence(shape, u, batch), table, strips.Padded, first, end);
        });
    }

    public static void Backward(
        CausalConvShape shape, TokenRows x, float* weight, float* bias, TokenRows gradU,
        TokenRows gradX, float* gradWeight, float* gradBias)
    {
        var strips = new ConvStrips(shape, V.Width);
        long tableFloats = (shape.Kernel + 1L) * strips.Padded;
        float* table = Scratch.OfCall(tableFloats * (shape.Batch + 1L)), partials = table + tableFloats;
        strips.Pack(weight, bias, table);
        KernelThreads.Run(strips.Items, (long)shape.Length * ConvStrips.StripChannels, (item, scratch) =>
        {
            (int batch, int first, int end) = strips.Of(item);
            TokenRows xs = Sequence(shape, x, batch);
            float* sums = partials + batch * tableFloats;
            if ((end - first) % V.Width == 0)
            {
                SlopeStrip<WholeRow>(shape, xs, Sequence(shape, gradU, batch), table, strips.Padded, first, end, scratch, sums);
                GradXStrip<WholeRow>(shape, Sequence(shape, gradX, batch), table, strips.Padded, first, end, scratch);
            }
            else
            {
                SlopeStrip<PartRow>(shape, xs, Sequence(shape, gradU, batch), table, strips.Padded, first, end, scratch, sums);
                GradXStrip<PartRow>(shape, Sequence(shape, gradX, batch), table, strips.Padded, first, end, scratch);
            }
        });

        var total = new Span<float>(partials, checked((int)tableFloats));
        for (int batch = 1; batch < shape.Batch; batch++)
            Lanes.Add(new ReadOnlySpan<float>(partials + batch * tableFloats, total.Length), total);
        strips.Unpack(partials, gradWeight, gradBias);
    }

    private static TokenRows Sequence(CausalConvShape shape, TokenRows rows, int batch) =>
        rows.Sequence(batch, shape.Length, shape.Reverse, 0);

    [MethodImpl(Compile.Alone)]
    private static void ForwardStrip<TRow>(CausalConvShape shape, TokenRows x, TokenRows u, float* table, int padded, int first, int end)
        where TRow : struct, IRowKind
    {
        for (int t = 0; t < shape.Length; t++)
        {
            for (int channel = first; channel < end; channel += V.Width)
            {
                int live = Math.Min(V.Width, end - channel);
                V sum = Sum<TRow>(shape.Kernel, x[t] + channel, (nint)x.Stride, table + channel, padded, t, live);
                TRow.Store(sum * VectorMath.Sigmoid(sum), u[t] + channel, live);
            }
        }
    }

    /// <summary>Leaves e as [L, strip] in <paramref name="slopes"/>, and this strip's sums for weights and biases.</summary>
    [MethodImpl(Compile.Alone)]
    private static void SlopeStrip<TRow>(
        CausalConvShape shape, TokenRows x, TokenRows gradU, float* table, int padded, int first, int end, float* slopes, float* sums)
        where TRow : struct, IRowKind
    {
        int kernel = shape.Kernel;
        for (int channel = first; channel < end; channel += V.Width)
        {
            for (int row = 0; row <= kernel; row++) V.Broadcast(0f).Store(sums + row * padded + channel);
        }

        for (int t = 0; t < shape.Length; t++)
        {
            for (int channel = first; channel < end; channel += V.Width)
            {
                int live = Math.Min(V.Width, end - channel);
                V sum = Sum<TRow>(kernel, x[t] + channel, (nint)x.Stride, table + channel, padded, t, live);
                V slope = TRow.Load<V, float>(gradU[t] + channel, live) * VectorMath.SiluSlope(sum, VectorMath.Sigmoid(sum));
                slope.Store(slopes + t * ConvStrips.StripChannels + (channel - first));
                float* own = sums + channel + kernel * padded, seen = x[t] + channel;
                (V.Load(own) + slope).Store(own);
                for (int back = 0; back <= Math.Min(kernel - 1, t); back++)
                {
                    own -= padded;
                    V.MultiplyAdd(slope, TRow.Load<V, float>(seen, live), V.Load(own)).Store(own);
                    seen -= x.Stride;
                }
            }
        }
    }

    [MethodImpl(Compile.Alone)]
    private static void GradXStrip<TRow>(CausalConvShape shape, TokenRows gradX, float* table, int padded, int first, int end, float* slopes)
        where TRow : struct, IRowKind
    {
        int kernel = shape.Kernel;
        for (int t = 0; t < shape.Length; t++)
        {
            int reach = Math.Min(kernel - 1, shape.Length - 1 - t); // tokens after t that saw it
            for (int channel = first; channel < end; channel += V.Width)
            {
                float* target = gradX[t] + channel;
                int live = Math.Min(V.Width, end - channel);
                V sum = shape.Accumulate ? TRow.Load<V, float>(target, live) : V.Broadcast(0f);
                float* taps = table + (kernel - 1) * padded + channel;
                float* slope = slopes + t * ConvStrips.StripChannels + (channel - first);
                for (int later = 0; later <= reach; later++)
                {
                    sum = V.MultiplyAdd(V.Load(taps), V.Load(slope), sum);
                    taps -= padded;
                    slope += ConvStrips.StripChannels;
                }

                TRow.Store(sum, target, live);
            }
        }
    }

    /// <summary>The output before SiLU at token <paramref name="t"/>, which is at <paramref name="seen"/>: from its own tap backwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum<TRow>(int kernel, float* seen, nint stride, float* table, int padded, int t, int live) where TRow : struct, IRowKind
    {
        float* taps = table + kernel * padded;
        V sum = V.Load(taps);
        for (int back = 0; back <= Math.Min(kernel - 1, t); back++)
        {
            taps -= padded;
            sum = V.MultiplyAdd(V.Load(taps), TRow.Load<V, float>(seen, live), sum);
            seen -= stride;
        }

        return sum;
    }
}
