using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The convolution in registers of kind <typeparamref name="V"/>, lanes being channels, over rows of <typeparamref name="T"/>. A block of
/// channels walks over its tokens with the last four in registers: they give the newest one's output that looks back, and that output of
/// three tokens earlier that looks ahead.
/// </summary>
internal static unsafe class ConvForward<V, T> where V : unmanaged, IVector<V> where T : unmanaged
{
    public static void Run(ConvCall call)
    {
        var plan = new ConvPlan(call.Shape, V.Width);
        float* table = Scratch.OfCall(call.TableFloats(plan, V.Width));
        call.Pack(plan, V.Width, table);
        KernelThreads.Run(plan.Items, 0, (item, _) =>
        {
            (int sequence, int first, int end) = plan.Of(item);
            for (int block = first; block < end; block++)
            {
                int live = plan.Live(block);
                if (call.Both && live == V.Width) Block<BothWays, WholeRow>(call, sequence, block, live, table);
                else if (call.Both) Block<BothWays, PartRow>(call, sequence, block, live, table);
                else if (live == V.Width) Block<OneWay, WholeRow>(call, sequence, block, live, table);
                else Block<OneWay, PartRow>(call, sequence, block, live, table);
            }
        });
    }

    [MethodImpl(Compile.Alone)]
    private static void Block<TWays, TRow>(in ConvCall call, int sequence, int block, int live, float* table)
        where TWays : struct, IConvWays
        where TRow : struct, IRowKind
    {
        int width = V.Width, length = call.Shape.Length, end = length + (TWays.Both ? ConvCall.Delay : 0);
        long channel = (long)block * width;
        TokenRows xs = call.Walk(call.X, sequence, channel), us = call.Walk(call.Direction(0).U, sequence, channel);
        TokenRows laterUs = TWays.Both ? call.Walk(call.Direction(1).U, sequence, channel) : default;
        T* x = xs.Row<T>(0), u = us.Row<T>(0), laterU = laterUs.Row<T>(0);
        nint toNextX = (nint)xs.Stride, toNextU = (nint)us.Stride, toNextLaterU = (nint)laterUs.Stride;

        float* taps = table + (long)block * call.Directions * ConvCall.Rows * width, laterTaps = TWays.Both ? taps + ConvCall.Rows * width : taps;
        V own = V.Load(taps), one = V.Load(taps + width), two = V.Load(taps + 2 * width), three = V.Load(taps + 3 * width);
        V laterOwn = V.Load(laterTaps), laterOne = V.Load(laterTaps + width), laterTwo = V.Load(laterTaps + 2 * width), laterThree = V.Load(laterTaps + 3 * width);
        V bias = V.Load(taps + 4 * width), laterBias = V.Load(laterTaps + 4 * width);
        V x1 = V.Broadcast(0f), x2 = x1, x3 = x1;
        for (int t = 0; t < end; t++)
        {
            V x0 = V.Broadcast(0f);
            if (t < length)
            {
                x0 = TRow.Load<V, T>(x, live);
                CacheLine.Fetch(x + width);
                V sum = V.MultiplyAdd(three, x3, V.MultiplyAdd(two, x2, V.MultiplyAdd(one, x1, V.MultiplyAdd(own, x0, bias))));
                TRow.Store(sum * VectorMath.Sigmoid(sum), u, live);
                x += toNextX;
                u += toNextU;
            }

            if (TWays.Both && t >= ConvCall.Delay)
            {
                V sum = V.MultiplyAdd(laterThree, x0, V.MultiplyAdd(laterTwo, x1, V.MultiplyAdd(laterOne, x2, V.MultiplyAdd(laterOwn, x3, laterBias))));
                TRow.Store(sum * VectorMath.Sigmoid(sum), laterU, live);
                laterU += toNextLaterU;
            }

            x3 = x2;
            x2 = x1;
            x1 = x0;
        }
    }
}
