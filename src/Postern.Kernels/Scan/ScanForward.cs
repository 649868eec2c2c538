using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The scan in registers of kind <typeparamref name="V"/>, lanes being channels, over rows of <typeparamref name="T"/>. Four
/// states at a time, then what is left one by one, run over the whole sequence in a register each, adding their share of y to a
/// buffer [L, width] that stays in cache. The two scans of a pair take turns on a block, so that its gate is applied, and its y
/// written, once.
/// </summary>
internal static unsafe class ScanForward<V, T, TB, TC>
    where V : unmanaged, IVector<V>
    where T : unmanaged
    where TB : struct, ICoefficientKind
    where TC : struct, ICoefficientKind
{
    private static int BlocksOfLine => ScanLine.RoomFor<T>(V.Width);

    public static void Run(SelectiveScanShape shape, SelectiveScanTensors[] scans, SelectiveScanOutputs outputs)
    {
        var plan = new ScanPlan(shape, V.Width);
        long tableFloats = ScanCall.TableFloats(shape, plan, V.Width);
        float* tables = Scratch.OfCall(scans.Length * tableFloats);
        ScanCall[] calls =
            [.. scans.Select((scan, i) => ScanCall.Prepare(shape.OfPair(i), scan, plan, V.Width, tables + i * tableFloats))];
        nint buffers = BlocksOfLine * (2 + scans.Length) * ScanCall.Spacing(shape, V.Width),
            coefficients = ScanCall.CoefficientFloats(shape);
        KernelThreads.Run(plan.Items, buffers + scans.Length * coefficients, (item, scratch) =>
        {
            for (int i = 0; i < calls.Length; i++)
                calls[i].Gather(plan.Sequence(item), plan.Group(item), scratch + buffers + i * coefficients);
            (int first, int end) = plan.BlocksOf(item);
            for (int block = first; block < end; block += BlocksOfLine)
                Line(calls, outputs, plan.Sequence(item), new ScanLine(plan, V.Width, block, BlocksOfLine, end), scratch,
                    scratch + buffers);
        });
    }

    private static void Line(ScanCall[] calls, in SelectiveScanOutputs outputs, int batch, in ScanLine line, float* scratch,
        float* coefficients)
    {
        nint spacing = ScanCall.Spacing(calls[0].Shape, V.Width), apart = (2 + calls.Length) * spacing;
        float* step = scratch, input = step + spacing,
            y = input + spacing; // each [L, width] in scan order, y one for each scan; the next block's lie apart
        for (int i = 0; i < calls.Length; i++)
        {
            ref readonly ScanCall call = ref calls[i];
            for (int k = 0; k < line.Blocks && call.Shape.DtRank > 0; k++)
                ScanSteps<V>.Project(call, batch, line.Block + k, step + k * apart);
            if (line.Whole) Open<WholeRow>(call, batch, line, apart, step, input, y + i * spacing);
            else Open<PartRow>(call, batch, line, apart, step, input, y + i * spacing);
            var ahead = new PrefetchQueue();
            if (i == 0)
            {
                ahead.Add(call.Sequence(outputs.Y, batch, line.Channel));
                ahead.Add(call.Sequence(call.Inputs.Z, batch, line.Channel));
            }
            if (line.More)
            {
                ahead.Add(call.Sequence(call.Inputs.U, batch, line.NextChannel));
                if (call.Shape.DtRank == 0) ahead.Add(call.Sequence(call.Inputs.Delta, batch, line.NextChannel));
            }
            for (int k = 0; k < line.Blocks; k++)
            {
                nint to = k * apart;
                States(call, outputs.LastState.Start, batch, line.Block + k, coefficients
                    + i * ScanCall.CoefficientFloats(call.Shape), step + to, input + to, y + i * spacing + to, ref ahead);
            }
        }
        float* second = calls.Length > 1 ? y + spacing : null;
        if (line.Whole) Close<WholeRow>(calls[0], outputs, batch, line, apart, y, second);
        else Close<PartRow>(calls[0], outputs, batch, line, apart, y, second);
    }

    /// <summary>Adds every state's share of y.</summary>
    private static void States(
        in ScanCall call, float* lastState, int batch, int block, float* coefficients, float* step, float* input, float* y,
        ref PrefetchQueue ahead)
    {
        int width = V.Width, states = call.Shape.States, channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        ScanCoefficient b = call.B(block, coefficients), c = call.C(block, coefficients);
        float* rates = call.Decay + (long)block * states * width;
        float* ends = stackalloc float[ScanCall.Together * width];
        for (int n = 0; n < states;)
        {
            int together = ScanCall.UsedTogether(states - n);
            nint perTokenB = b.PerToken(together), perTokenC = c.PerToken(together);
            float* bn = b.State(n), cn = c.State(n), rate = rates + (nint)n * width;
            for (int t = 0; t < call.Shape.Length; t += call.Shape.Run)
            {
                nint from = (nint)t * width, run = Math.Min(call.Shape.Run, call.Shape.Length - t) * (nint)width;
                float* bt = bn + t * perTokenB, ct = cn + t * perTokenC;
                if (together == 1) One(step + from, input + from, y + from, run, rate, bt, perTokenB, ct, perTokenC, ends);
                else
                    Four(step + from, input + from, y + from, run, rate, bt, perTokenB, ct, perTokenC, ends,
                        ahead.Take(rate, out nint stride), stride);
            }
            for (int k = 0; k < together && lastState != null; k++)
            {
                float* last = lastState + ((long)batch * call.Shape.Channels + channel) * states + n + k;
                for (int lane = 0; lane < live; lane++) last[(long)lane * states] = ends[k * width + lane];
            }
            n += together;
        }
    }

    /// <summary>
    /// step = delta', input = delta' u, y = D u. Steps of low rank stand in <paramref name="step"/> already, before bias and
    /// softplus.
    /// </summary>
    [MethodImpl(Compile.Alone)]
    private static void Open<TRow>(in ScanCall call, int batch, ScanLine line, nint apart, float* step, float* input, float* y)
        where TRow : struct, IRowKind
    {
        int channel = line.Channel, blocks = line.Blocks;
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel),
            deltas = call.Deltas(call.Inputs.Delta, batch, channel, step);
        float* biases = stackalloc float[2 * blocks * V.Width], skips = biases + blocks * V.Width;
        line.CopyOf<V>(call.Inputs.DeltaBias.Start, biases);
        line.CopyOf<V>(call.Inputs.D.Start, skips);
        T* u = us.Row<T>(0);
        float* delta = deltas.Start;
        nint toNextU = (nint)us.Stride, toNextDelta = (nint)deltas.Stride, size = (nint)call.Shape.Length * V.Width;
        nint deltaApart = call.Shape.DtRank > 0 ? apart : V.Width;
        bool softplus = call.Shape.DeltaSoftplus;
        for (nint at = 0; at < size; at += V.Width, u += toNextU, delta += toNextDelta)
        {
            CacheLine.FetchNear(u + CacheLine.RowsAhead * toNextU);
            CacheLine.FetchNear(delta + CacheLine.RowsAhead * toNextDelta);
            for (int k = 0; k < blocks; k++)
            {
                int live = line.Live(k);
                nint to = at + k * apart;
                V x = TRow.Load<V, T>(u + k * V.Width, live),
                    d = TRow.Load<V, float>(delta + k * deltaApart, live) + V.Load(biases + k * V.Width);
                if (softplus) d = VectorMath.Softplus(d);
                d.Store(step + to);
                (d * x).Store(input + to);
                (V.Load(skips + k * V.Width) * x).Store(y + to);
            }
        }
    }

    /// <summary>Halves the sum with the second scan if there is one, applies the gate, and writes y.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Close<TRow>(
        in ScanCall call, in SelectiveScanOutputs outputs, int batch, ScanLine line, nint apart, float* y, float* second)
        where TRow : struct, IRowKind
    {
        int blocks = line.Blocks;
        TokenRows ys = call.Sequence(outputs.Y, batch, line.Channel), zs = call.Sequence(call.Inputs.Z, batch, line.Channel);
        T* output = ys.Row<T>(0), gate = zs.Row<T>(0);
        nint toNextY = (nint)ys.Stride, toNextZ = (nint)zs.Stride, size = (nint)call.Shape.Length * V.Width;
        V half = V.Broadcast(SelectiveScanShape.PairScale);
        for (nint at = 0; at < size; at += V.Width, output += toNextY, gate += toNextZ)
        {
            CacheLine.FetchNear(gate + CacheLine.RowsAhead * toNextZ);
            CacheLine.FetchNear(output + CacheLine.RowsAhead * toNextY);
            for (int k = 0; k < blocks; k++)
            {
                int live = line.Live(k);
                V value = V.Load(y + k * apart + at);
                if (second != null) value = (value + V.Load(second + k * apart + size - V.Width - at)) * half;
                if (zs.Exists)
                {
                    V z = TRow.Load<V, T>(gate + k * V.Width, live);
                    value *= z * VectorMath.Sigmoid(z);
                }

                TRow.Store(value, output + k * V.Width, live);
            }
        }
    }

    /// <summary>One state; leaves its last value in <paramref name="end"/>.</summary>
    [MethodImpl(Compile.Alone)]
    private static void One(
        float* step, float* input, float* y, nint size, float* rates, float* b, nint perTokenB, float* c,
        nint perTokenC, float* end)
    {
        V rate = V.Load(rates), state = V.Broadcast(0f);
        for (nint t = 0; t < size; t += V.Width)
        {
            state = V.MultiplyAdd(V.Exp2(V.Load(step + t) * rate), state, V.Load(input + t) * TB.At<V>(b));
            V.MultiplyAdd(TC.At<V>(c), state, V.Load(y + t)).Store(y + t);
            b += perTokenB;
            c += perTokenC;
        }

        state.Store(end);
    }

    /// <summary>Four states that share what is loaded for a token; leaves their last values in <paramref name="end"/>.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Four(
        float* step, float* input, float* y, nint size, float* rates, float* b, nint perTokenB, float* c, nint perTokenC,
        float* end, byte* ahead, nint toNext)
    {
        int width = V.Width;
        V rate0 = V.Load(rates), rate1 = V.Load(rates + width), rate2 = V.Load(rates + 2 * width),
            rate3 = V.Load(rates + 3 * width);
        V state0 = V.Broadcast(0f), state1 = state0, state2 = state0, state3 = state0;
        for (nint t = 0; t < size; t += V.Width)
        {
            V delta = V.Load(step + t), x = V.Load(input + t), sum = V.Load(y + t);
            state0 = V.MultiplyAdd(V.Exp2(delta * rate0), state0, x * TB.At<V>(b));
            state1 = V.MultiplyAdd(V.Exp2(delta * rate1), state1, x * TB.At<V>(b + TB.PerState<V>()));
            state2 = V.MultiplyAdd(V.Exp2(delta * rate2), state2, x * TB.At<V>(b + 2 * TB.PerState<V>()));
            state3 = V.MultiplyAdd(V.Exp2(delta * rate3), state3, x * TB.At<V>(b + 3 * TB.PerState<V>()));
            sum = V.MultiplyAdd(TC.At<V>(c), state0, sum);
            sum = V.MultiplyAdd(TC.At<V>(c + TC.PerState<V>()), state1, sum);
            sum = V.MultiplyAdd(TC.At<V>(c + 2 * TC.PerState<V>()), state2, sum);
            V.MultiplyAdd(TC.At<V>(c + 3 * TC.PerState<V>()), state3, sum).Store(y + t);
            CacheLine.Fetch(ahead);
            ahead += toNext;
            b += perTokenB;
            c += perTokenC;
        }

        state0.Store(end);
        state1.Store(end + width);
        state2.Store(end + 2 * width);
        state3.Store(end + 3 * width);
    }
}
