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
            ForwardStrip(shape, Sequence(shape, x, batch), Sequence(shape, u, batch), table, strips.Padded, first, end);
        });
    }

    public static void Backward(
        CausalConvShape shape, TokenRows x, float* weight, float* bias, TokenRows gradU, TokenRows gradX, float* gradWeight, float* gradBias)
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
            SlopeStrip(shape, xs, Sequence(shape, gradU, batch), table, strips.Padded, first, end, scratch, sums);
            GradXStrip(shape, Sequence(shape, gradX, batch), table, strips.Padded, first, end, scratch);
        });

        var total = new Span<float>(partials, checked((int)tableFloats));
        for (int batch = 1; batch < shape.Batch; batch++)
            Lanes.Add(new ReadOnlySpan<float>(partials + batch * tableFloats, total.Length), total);
        strips.Unpack(partials, gradWeight, gradBias);
    }

    private static TokenRows Sequence(CausalConvShape shape, TokenRows rows, int batch) =>
        rows.Sequence(batch, shape.Length, shape.Reverse, 0);

    [MethodImpl(Compile.Alone)]
    private static void ForwardStrip(CausalConvShape shape, TokenRows x, TokenRows u, float* table, int padded, int first, int end)
    {
        for (int t = 0; t < shape.Length; t++)
        {
            for (int channel = first; channel < end; channel += V.Width)
            {
                int live = Math.Min(V.Width, end - channel);
                V sum = Sum(shape.Kernel, x, table + channel, padded, t, channel, live);
                Lanes.Store(sum * VectorMath.Sigmoid(sum), u[t] + channel, live);
            }
        }
    }

    /// <summary>Leaves e as [L, strip] in <paramref name="slopes"/>, and this strip's sums for weights and biases.</summary>
    [MethodImpl(Compile.Alone)]
    private static void SlopeStrip(
        CausalConvShape shape, TokenRows x, TokenRows gradU, float* table, int padded, int first, int end, float* slopes, float* sums)
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
                V sum = Sum(kernel, x, table + channel, padded, t, channel, live);
                V slope = Lanes.Load<V>(gradU[t] + channel, live) * VectorMath.SiluSlope(sum, VectorMath.Sigmoid(sum));
                slope.Store(slopes + t * ConvStrips.StripChannels + (channel - first));
                float* own = sums + channel;
                (V.Load(own + kernel * padded) + slope).Store(own + kernel * padded);
                for (int k = Math.Max(0, kernel - 1 - t); k < kernel; k++)
                {
                    V tap = Lanes.Load<V>(x[t - (kernel - 1) + k] + channel, live);
                    V.MultiplyAdd(slope, tap, V.Load(own + k * padded)).Store(own + k * padded);
                }
            }
        }
    }

    [MethodImpl(Compile.Alone)]
    private static void GradXStrip(CausalConvShape shape, TokenRows gradX, float* table, int padded, int first, int end, float* slopes)
    {
        int kernel = shape.Kernel;
        for (int t = 0; t < shape.Length; t++)
        {
            int reach = Math.Min(kernel - 1, shape.Length - 1 - t); // tokens after t that saw it
            for (int channel = first; channel < end; channel += V.Width)
            {
                V sum = V.Broadcast(0f);
                for (int later = 0; later <= reach; later++)
                {
                    V slope = V.Load(slopes + (t + later) * ConvStrips.StripChannels + (channel - first));
                    sum = V.MultiplyAdd(V.Load(table + (kernel - 1 - later) * padded + channel), slope, sum);
                }

                Lanes.Store(sum, gradX[t] + channel, Math.Min(V.Width, end - channel));
            }
        }
    }

    /// <summary>The output before SiLU at token <paramref name="t"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum(int kernel, TokenRows x, float* table, int padded, int t, int channel, int live)
    {
        V sum = V.Load(table + kernel * padded);
        for (int k = Math.Max(0, kernel - 1 - t); k < kernel; k++)
            sum = V.MultiplyAdd(V.Load(table + k * padded), Lanes.Load<V>(x[t - (kernel - 1) + k] + channel, live), sum);
        return sum;
    }
}
