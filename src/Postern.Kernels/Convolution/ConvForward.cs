using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The convolution in registers of kind <typeparamref name="V"/>, lanes being channels, over rows of <typeparamref name="T"/>. A
/// block of channels walks over its tokens with the last four in registers: they give the newest one's output that looks back,
/// and that output of three tokens earlier that looks ahead.
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
        int channel = block * width;
        RowWalk<T> x = call.Walk<T>(call.X, sequence, channel), u = call.Walk<T>(call.Direction(0).U, sequence, channel);
        RowWalk<T> laterU = TWays.Both ? call.Walk<T>(call.Direction(1).U, sequence, channel) : default;

        float* taps = table + (long)block * call.Directions * ConvCall.Rows * width;
        float* laterTaps = TWays.Both ? taps + ConvCall.Rows * width : taps;
        V own = V.Load(taps), one = V.Load(taps + width), two = V.Load(taps + 2 * width), three = V.Load(taps + 3 * width);
        V laterOwn = V.Load(laterTaps), laterOne = V.Load(laterTaps + width);
        V laterTwo = V.Load(laterTaps + 2 * width), laterThree = V.Load(laterTaps + 3 * width);
        V bias = V.Load(taps + 4 * width), laterBias = V.Load(laterTaps + 4 * width);
        V x1 = V.Broadcast(0f), x2 = x1, x3 = x1;
        for (int t = 0; t < end; t++)
        {
            V x0 = V.Broadcast(0f);
            if (t < length)
            {
                x0 = x.Read<V, TRow>(live);
                V sum = Sum(bias, own, x0, one, x1, two, x2, three, x3);
                u.Write<V, TRow>(sum * VectorMath.Sigmoid(sum), live);
            }

            if (TWays.Both && t >= ConvCall.Delay)
            {
                V sum = Sum(laterBias, laterOwn, x3, laterOne, x2, laterTwo, x1, laterThree, x0);
                laterU.Write<V, TRow>(sum * VectorMath.Sigmoid(sum), live);
            }

            x3 = x2;
            x2 = x1;
            x1 = x0;
        }
    }

    /// <summary>An output before SiLU, from the token's own tap to the farthest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sum(V bias, V own, V x, V one, V xOne, V two, V xTwo, V three, V xThree)
    {
        V sum = V.MultiplyAdd(own, x, bias);
        sum = V.MultiplyAdd(one, xOne, sum);
        sum = V.MultiplyAdd(two, xTwo, sum);
        return V.MultiplyAdd(three, xThree, sum);
    }
}
