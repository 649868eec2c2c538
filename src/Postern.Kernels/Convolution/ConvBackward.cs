using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The gradients of <see cref="ConvForward{V, T}"/>, in the same walk. With p the sum before SiLU and e_t = gradU_t SiLU'(p_t),
/// for the direction that looks back,
/// <code>
/// dx_s = sum_j tap_j e_(s + j)      dtap_j = sum_t e_t x_(t - j)      dbias = sum_t e_t,      tap_j being weight_(K - 1 - j)
/// </code>
/// and with the signs of j turned for the one that looks ahead. The e of token t that looks back and that of t - 3 that looks
/// ahead add to the same four dx, of t - 3 .. t, which wait in registers until they are complete. Every block leaves its sums
/// over a sequence, which are then summed over sequences in order.
/// </summary>
internal static unsafe class ConvBackward<V, T> where V : unmanaged, IVector<V> where T : unmanaged
{
    public static void Run(ConvCall call)
    {
        var plan = new ConvPlan(call.Shape, V.Width);
        long tableFloats = call.TableFloats(plan, V.Width);
        int blockFloats = (int)(tableFloats / plan.Blocks);
        float* table = Scratch.OfCall(tableFloats * (call.Shape.Batch + 1L)), partials = table + tableFloats;
        call.Pack(plan, V.Width, table);
        KernelThreads.Run(plan.Items, 0, (item, _) =>
        {
            (int sequence, int first, int end) = plan.Of(item);
            for (int block = first; block < end; block++)
            {
                int live = plan.Live(block);
                float* taps = table + (long)block * blockFloats,
                    sums = partials + sequence * tableFloats + (long)block * blockFloats;
                if (call.Both && live == V.Width) Block<BothWays, WholeRow>(call, sequence, block, live, taps, sums);
                else if (call.Both) Block<BothWays, PartRow>(call, sequence, block, live, taps, sums);
                else if (live == V.Width) Block<OneWay, WholeRow>(call, sequence, block, live, taps, sums);
                else Block<OneWay, PartRow>(call, sequence, block, live, taps, sums);
            }
        });
        KernelThreads.Run(plan.Blocks, blockFloats, (block, total) =>
        {
            Total(partials + (long)block * blockFloats, call.Shape.Batch, (nint)tableFloats, blockFloats, total);
            call.Unpack(plan, V.Width, block, total);
        });
    }

    /// <summary>Sums [sequences, floats] over sequences.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Total(float* partials, int sequences, nint toNext, int floats, float* total)
    {
        for (int at = 0; at < floats; at += V.Width)
        {
            V sum = V.Broadcast(0f);
            float* partial = partials + at;
            for (int sequence = 0; sequence < sequences; sequence++, partial += toNext) sum += V.Load(partial);
            sum.Store(total + at);
        }
    }

    /// <summary>Leaves the sums of one block and sequence in <paramref name="sums"/>, [directions, rows, width] like the
    /// parameters. Biases stay in memory: with them, AVX-512 would run out of registers.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Block<TWays, TRow>(in ConvCall call, int sequence, int block, int live, float* taps, float* sums)
        where TWays : struct, IConvWays
        where TRow : struct, IRowKind
    {
        int width = V.Width, length = call.Shape.Length, end = length + ConvCall.Delay;
        int channel = block * width;
        CausalConvDirection first = call.Direction(0), second = call.Direction(1);
        RowWalk<T> x = call.Walk<T>(call.X, sequence, channel), gradX = call.Walk<T>(call.GradX, sequence, channel);
        RowWalk<T> gradU = call.Walk<T>(first.GradU, sequence, channel);
        RowWalk<T> laterGradU = TWays.Both ? call.Walk<T>(second.GradU, sequence, channel) : default;

        float* laterTaps = TWays.Both ? taps + ConvCall.Rows * width : taps;
        V own = V.Load(taps), one = V.Load(taps + width), two = V.Load(taps + 2 * width), three = V.Load(taps + 3 * width);
        V laterOwn = V.Load(laterTaps), laterOne = V.Load(laterTaps + width);
        V laterTwo = V.Load(laterTaps + 2 * width), laterThree = V.Load(laterTaps + 3 * width);
        V zero = V.Broadcast(0f), x1 = zero, x2 = zero, x3 = zero, dx1 = zero, dx2 = zero, dx3 = zero;
        V dOwn = zero, dOne = zero, dTwo = zero, dThree = zero, dBias = zero;
        V laterDOwn = zero, laterDOne = zero, laterDTwo = zero, laterDThree = zero, laterDBias = zero;
        for (int t = 0; t < end; t++)
        {
            V x0 = V.Broadcast(0f), dx0 = x0;
            if (t < length)
            {
                x0 = x.Read<V, TRow>(live);
                V sum = ConvForward<V, T>.Sum(V.Load(taps + 4 * width), own, x0, one, x1, two, x2, three, x3);
                V e = gradU.Read<V, TRow>(live) * VectorMath.SiluSlope(sum, VectorMath.Sigmoid(sum));
                dBias += e;
                dOwn = V.MultiplyAdd(e, x0, dOwn);
                dOne = V.MultiplyAdd(e, x1, dOne);
                dTwo = V.MultiplyAdd(e, x2, dTwo);
                dThree = V.MultiplyAdd(e, x3, dThree);
                dx0 = own * e;
                dx1 = V.MultiplyAdd(one, e, dx1);
                dx2 = V.MultiplyAdd(two, e, dx2);
                dx3 = V.MultiplyAdd(three, e, dx3);
            }

            if (t >= ConvCall.Delay)
            {
                if (TWays.Both)
                {
                    V sum = ConvForward<V, T>.Sum(V.Load(laterTaps + 4 * width), laterOwn, x3, laterOne, x2, laterTwo, x1,
                        laterThree, x0);
                    V e = laterGradU.Read<V, TRow>(live) * VectorMath.SiluSlope(sum, VectorMath.Sigmoid(sum));
                    laterDBias += e;
                    laterDOwn = V.MultiplyAdd(e, x3, laterDOwn);
                    laterDOne = V.MultiplyAdd(e, x2, laterDOne);
                    laterDTwo = V.MultiplyAdd(e, x1, laterDTwo);
                    laterDThree = V.MultiplyAdd(e, x0, laterDThree);
                    dx3 = V.MultiplyAdd(laterOwn, e, dx3);
                    dx2 = V.MultiplyAdd(laterOne, e, dx2);
                    dx1 = V.MultiplyAdd(laterTwo, e, dx1);
                    dx0 = V.MultiplyAdd(laterThree, e, dx0);
                }

                gradX.Write<V, TRow>(dx3, live);
            }

            x3 = x2;
            x2 = x1;
            x1 = x0;
            dx3 = dx2;
            dx2 = dx1;
            dx1 = dx0;
        }

        dOwn.Store(sums);
        dOne.Store(sums + width);
        dTwo.Store(sums + 2 * width);
        dThree.Store(sums + 3 * width);
        dBias.Store(sums + 4 * width);
        if (!TWays.Both) return;
        sums += ConvCall.Rows * width;
        laterDOwn.Store(sums);
        laterDOne.Store(sums + width);
        laterDTwo.Store(sums + 2 * width);
        laterDThree.Store(sums + 3 * width);
        laterDBias.Store(sums + 4 * width);
    }
}
