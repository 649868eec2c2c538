using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The gradient of the scan in registers of kind <typeparamref name="V"/>. Let s be y before the gate and g its gradient. Per
/// channel and state, with a_t = exp(delta'_t A) and x_t = delta'_t u_t, the gradient r_t of the state runs backwards,
/// <code>
/// r_t = g_t C_t + a_(t+1) r_(t+1)
/// dC_t = g_t h_t      dB_t = r_t x_t      dx_t = r_t B_t      dA = sum_t delta'_t q_t
/// ddelta'_t = A q_t + u_t dx_t            with q_t = a_t h_(t-1) r_t
/// </code>
/// summed over states or channels as the shapes demand. The states of four n, of two where registers are few, or of one where
/// fewer are left, are computed forwards into scratch and used up at once (<see cref="ScanBackwardLoops{V, TB, TC}"/>), so that
/// scratch grows with L and not with L N. The two scans of a pair take turns on a block between the two halves of their gate's
/// gradient.
/// </summary>
internal static unsafe class ScanBackward<V, T, TB, TC>
    where V : unmanaged, IVector<V>
    where T : unmanaged
    where TB : struct, ICoefficientKind
    where TC : struct, ICoefficientKind
{
    private const float Ln2 = 0.693147181f;

    private static int BlocksOfLine => ScanLine.RoomFor<T>(V.Width);

    public static void Run(SelectiveScanShape shape, SelectiveScanTensors[] scans, TokenRows gradY,
        SelectiveScanTensors[] gradients)
    {
        var plan = new ScanPlan(shape, V.Width);
        long tableFloats = ScanCall.TableFloats(shape, plan, V.Width), partialFloats = ScanPartials.Floats(shape, plan);
        float* memory = Scratch.OfCall(scans.Length * (tableFloats + partialFloats));
        ScanCall[] calls =
            [.. scans.Select((scan, i) => ScanCall.Prepare(shape.OfPair(i), scan, plan, V.Width, memory + i * tableFloats))];
        ScanPartials[] partials =
            [.. calls.Select((call, i) => new ScanPartials(call, memory + calls.Length * tableFloats + i * partialFloats))];
        KernelThreads.Run(plan.Items, ScanBackwardScratch.Floats(shape, V.Width, BlocksOfLine, scans.Length), (item, thread) =>
        {
            ScanBackwardScratch[] scratch = [.. calls
                .Select((call, i) => new ScanBackwardScratch(thread, call.Shape, V.Width, BlocksOfLine, calls.Length, i))];
            for (int i = 0; i < calls.Length; i++)
                calls[i].Gather(plan.Sequence(item), plan.Group(item), scratch[i].Coefficients);
            foreach (ScanBackwardScratch own in scratch) own.StartItem();
            (int first, int end) = plan.BlocksOf(item);
            for (int block = first; block < end; block += BlocksOfLine)
                Line(calls, partials, gradY, gradients, plan.Sequence(item),
                    new ScanLine(plan, V.Width, block, BlocksOfLine, end), scratch);
            for (int i = 0; i < calls.Length; i++) scratch[i].FinishTokenSums(partials[i], gradients[i], item);
        });
        ScanPartials.Reduce(partials, gradients);
    }

    private static void Line(
        ScanCall[] calls, ScanPartials[] partials, TokenRows gradY, SelectiveScanTensors[] gradients, int batch, in ScanLine line,
        ScanBackwardScratch[] scratch)
    {
        bool pair = calls.Length > 1;
        if (line.Whole) OpenGate<WholeRow>(calls[0], gradY, batch, line, scratch[0], pair ? scratch[1].G : null);
        else OpenGate<PartRow>(calls[0], gradY, batch, line, scratch[0], pair ? scratch[1].G : null);
        for (int i = 0; i < calls.Length; i++)
        {
            ref readonly ScanCall call = ref calls[i];
            ref readonly ScanBackwardScratch own = ref scratch[i];
            for (int k = 0; k < line.Blocks && call.Shape.DtRank > 0; k++)
                ScanSteps<V>.Project(call, batch, line.Block + k, own.Step + k * own.Apart);
            if (line.Whole) Open<WholeRow>(call, batch, line, own);
            else Open<PartRow>(call, batch, line, own);
            PrefetchQueue ahead = Ahead(call, gradY, gradients[i], batch, line, last: i == calls.Length - 1);
            for (int k = 0; k < line.Blocks; k++) States(call, partials[i], batch, line.Block + k, own.OfBlock(k), ref ahead);
            if (line.Whole) Close<WholeRow>(call, partials[i], gradients[i], batch, line, own);
            else Close<PartRow>(call, partials[i], gradients[i], batch, line, own);
            for (int k = 0; k < line.Blocks && call.Shape.DtRank > 0; k++)
            {
                float* gradStep = own.GradStep + k * own.Apart;
                ScanSteps<V>.GradWeights(call, batch, gradStep,
                    partials[i].OfBlock(partials[i].DtWeight, batch, line.Block + k, call.Shape.DtRank));
                ScanSteps<V>.GradTokens(call, line.Block + k, gradStep, own.GradSteps);
            }
        }
        if (!calls[0].Inputs.Z.Exists) return;
        if (line.Whole) CloseGate<WholeRow>(calls[0], gradients[0], batch, line, scratch[0], pair ? scratch[1].S : null);
        else CloseGate<PartRow>(calls[0], gradients[0], batch, line, scratch[0], pair ? scratch[1].S : null);
    }

    /// <summary>What is written when the states of a scan are done, and what the next line reads.</summary>
    private static PrefetchQueue Ahead(
        in ScanCall call, TokenRows gradY, in SelectiveScanTensors gradients, int batch, in ScanLine line, bool last)
    {
        var ahead = new PrefetchQueue();
        bool lowRank = call.Shape.DtRank > 0;
        ahead.Add(call.Sequence(gradients.U, batch, line.Channel));
        if (!lowRank) ahead.Add(call.Sequence(gradients.Delta, batch, line.Channel));
        ahead.Add(call.Sequence(gradients.Z, batch, line.Channel));
        if (!line.More) return ahead;
        ahead.Add(call.Sequence(call.Inputs.U, batch, line.NextChannel));
        if (!lowRank) ahead.Add(call.Sequence(call.Inputs.Delta, batch, line.NextChannel));
        ahead.Add(call.Sequence(call.Inputs.Z, batch, line.NextChannel));
        if (last) ahead.Add(call.Sequence(gradY, batch, line.NextChannel));
        return ahead;
    }

    private static void States(in ScanCall call, in ScanPartials partials, int batch, int block, in ScanBackwardScratch scratch,
        ref PrefetchQueue ahead)
    {
        int states = call.Shape.States;
        ScanCoefficient b = call.B(block, scratch.Coefficients), c = call.C(block, scratch.Coefficients);
        float* gradA = partials.OfBlock(partials.A, batch, block, states);
        float* sumB = call.Shape.ConstantB ? ClearedSums(partials, partials.B, batch, block, states) : scratch.GradB;
        float* sumC = call.Shape.ConstantC ? ClearedSums(partials, partials.C, batch, block, states) : scratch.GradC;
        nint perStateB = call.Shape.ConstantB ? V.Width : scratch.TokenSumStride;
        nint perStateC = call.Shape.ConstantC ? V.Width : scratch.TokenSumStride;
        for (int n = 0; n < states;)
        {
            int together = ScanCall.UsedTogether(states - n);
            var at = new ScanBackwardPlace(
                call.Decay + ((long)block * states + n) * V.Width, b.State(n), b.PerToken(together), c.State(n),
                c.PerToken(together),
                sumB + n * perStateB, sumC + n * perStateC, gradA + (nint)n * V.Width);
            Runs(call.Shape, scratch, at, together, ref ahead);
            n += together;
        }
    }

    /// <summary>
    /// The states in hand over the whole sequence, or over one window after the other, whose gradients of A add up.
    /// </summary>
    private static void Runs(
        in SelectiveScanShape shape, in ScanBackwardScratch scratch, in ScanBackwardPlace at, int together,
        ref PrefetchQueue ahead)
    {
        if (shape.Run == shape.Length)
        {
            Run(scratch, at, together, ref ahead);
            return;
        }
        float* gradA = stackalloc float[ScanCall.Together * V.Width];
        for (int t = 0; t < shape.Length; t += shape.Run)
        {
            Run(scratch.OfRun(t, Math.Min(shape.Run, shape.Length - t), V.Width),
                at.OfRun(t, TB.SumPerToken(together), TC.SumPerToken(together), gradA), together, ref ahead);
            for (int k = 0; k < together * V.Width; k += V.Width)
                (t == 0 ? V.Load(gradA + k) : V.Load(at.GradA + k) + V.Load(gradA + k)).Store(at.GradA + k);
        }
    }

    private static void Run(in ScanBackwardScratch scratch, in ScanBackwardPlace at, int together, ref PrefetchQueue ahead)
    {
        if (together == 1)
        {
            ScanBackwardLoops<V, TB, TC>.Recompute(scratch, at);
            ScanBackwardLoops<V, TB, TC>.Reverse(scratch, at);
        }
        else if (V.Plentiful)
        {
            ScanBackwardLoops<V, TB, TC>.RecomputeFour(scratch, at, ref ahead);
            ScanBackwardLoops<V, TB, TC>.ReverseFour(scratch, at, ref ahead);
        }
        else
        {
            for (int k = 0; k < together; k += 2)
            {
                ScanBackwardPlace two = at.From(k, V.Width, TB.PerState<V>(), TC.PerState<V>(), TB.SumPerState<V>(),
                    TC.SumPerState<V>());
                ScanBackwardLoops<V, TB, TC>.RecomputeTwo(scratch, two, ref ahead);
                ScanBackwardLoops<V, TB, TC>.ReverseTwo(scratch, two, ref ahead);
            }
        }
    }

    private static float* ClearedSums(in ScanPartials partials, float* partial, int batch, int block, int states)
    {
        float* sums = partials.OfBlock(partial, batch, block, states);
        new Span<float>(sums, states * V.Width).Clear();
        return sums;
    }

    /// <summary>
    /// g of the first scan and, in its own order, of a <paramref name="second"/>, and what turns s into the gradient of the gate.
    /// </summary>
    [MethodImpl(Compile.Alone)]
    private static void OpenGate<TRow>(
        in ScanCall call, TokenRows gradY, int batch, ScanLine line, in ScanBackwardScratch scratch, float* second)
        where TRow : struct, IRowKind
    {
        TokenRows zs = call.Sequence(call.Inputs.Z, batch, line.Channel), grads = call.Sequence(gradY, batch, line.Channel);
        T* gate = zs.Row<T>(0), grad = grads.Row<T>(0);
        float* g = scratch.G, gateSlope = scratch.GateSlope;
        nint size = scratch.Size, apart = scratch.Apart, toNextZ = (nint)zs.Stride, toNextGrad = (nint)grads.Stride;
        V scale = V.Broadcast(second != null ? SelectiveScanShape.PairScale : 1f);
        for (nint at = 0; at < size; at += V.Width, grad += toNextGrad, gate += toNextZ)
        {
            CacheLine.FetchNear(grad + CacheLine.RowsAhead * toNextGrad);
            CacheLine.FetchNear(gate + CacheLine.RowsAhead * toNextZ);
            for (int k = 0; k < line.Blocks; k++)
            {
                nint to = k * apart;
                V gt = TRow.Load<V, T>(grad + k * V.Width, line.Live(k)) * scale;
                if (zs.Exists)
                {
                    V z = TRow.Load<V, T>(gate + k * V.Width, line.Live(k)), sigmoid = VectorMath.Sigmoid(z);
                    (gt * VectorMath.SiluSlope(z, sigmoid)).Store(gateSlope + to + at);
                    gt *= z * sigmoid;
                }

                gt.Store(g + to + at);
                if (second != null) gt.Store(second + to + size - V.Width - at);
            }
        }
    }

    /// <summary>
    /// u, step, x, the skip's share of s, and zeros where the loop over states adds. Steps of low rank stand in scratch already.
    /// </summary>
    [MethodImpl(Compile.Alone)]
    private static void Open<TRow>(in ScanCall call, int batch, ScanLine line, in ScanBackwardScratch scratch)
        where TRow : struct, IRowKind
    {
        int channel = line.Channel;
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel),
            deltas = call.Deltas(call.Inputs.Delta, batch, channel, scratch.Step);
        float* biases = stackalloc float[2 * line.Blocks * V.Width], skips = biases + line.Blocks * V.Width;
        line.CopyOf<V>(call.Inputs.DeltaBias.Start, biases);
        line.CopyOf<V>(call.Inputs.D.Start, skips);
        T* rows = us.Row<T>(0);
        float* delta = deltas.Start, u = scratch.U, step = scratch.Step, x = scratch.X, s = scratch.S;
        float* gradStep = scratch.GradStep, gradX = scratch.GradX, stepSlope = scratch.StepSlope;
        nint size = scratch.Size, toNextU = (nint)us.Stride, toNextDelta = (nint)deltas.Stride, apart = scratch.Apart;
        nint deltaApart = call.Shape.DtRank > 0 ? apart : V.Width;
        bool softplus = call.Shape.DeltaSoftplus;
        V zero = V.Broadcast(0f);
        for (nint at = 0; at < size; at += V.Width, rows += toNextU, delta += toNextDelta)
        {
            CacheLine.FetchNear(rows + CacheLine.RowsAhead * toNextU);
            CacheLine.FetchNear(delta + CacheLine.RowsAhead * toNextDelta);
            for (int k = 0; k < line.Blocks; k++)
            {
                nint to = at + k * apart;
                V ut = TRow.Load<V, T>(rows + k * V.Width, line.Live(k));
                V dt = TRow.Load<V, float>(delta + k * deltaApart, line.Live(k)) + V.Load(biases + k * V.Width);
                if (softplus)
                {
                    dt = VectorMath.Softplus(dt, out V slope);
                    slope.Store(stepSlope + to);
                }

                ut.Store(u + to);
                dt.Store(step + to);
                (dt * ut).Store(x + to);
                (V.Load(skips + k * V.Width) * ut).Store(s + to);
                zero.Store(gradStep + to);
                zero.Store(gradX + to);
            }
        }
    }

    /// <summary>Writes the gradients of u and delta, and each block's share of those of D and the bias.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Close<TRow>(
        in ScanCall call, in ScanPartials partials, in SelectiveScanTensors gradients, int batch, ScanLine line,
        in ScanBackwardScratch scratch)
        where TRow : struct, IRowKind
    {
        int channel = line.Channel;
        TokenRows gradUs = call.Sequence(gradients.U, batch, channel),
            gradDeltas = call.Deltas(gradients.Delta, batch, channel, scratch.GradStep);
        T* gradU = gradUs.Row<T>(0);
        float* gradDelta = gradDeltas.Start, u = scratch.U, step = scratch.Step, g = scratch.G, gradStep = scratch.GradStep,
            gradX = scratch.GradX;
        int channels = line.Blocks * V.Width;
        float* gradSkips = stackalloc float[3 * channels], gradBiases = gradSkips + channels, skips = gradBiases + channels,
            stepSlope = scratch.StepSlope;
        nint size = scratch.Size, toNextGradU = (nint)gradUs.Stride, toNextGradDelta = (nint)gradDeltas.Stride,
            apart = scratch.Apart;
        nint deltaApart = call.Shape.DtRank > 0 ? apart : V.Width;
        bool softplus = call.Shape.DeltaSoftplus;
        new Span<float>(gradSkips, 2 * channels).Clear();
        line.CopyOf<V>(call.Inputs.D.Start, skips);
        for (nint at = 0; at < size; at += V.Width, gradU += toNextGradU, gradDelta += toNextGradDelta)
        {
            CacheLine.FetchNear(gradU + CacheLine.RowsAhead * toNextGradU);
            CacheLine.FetchNear(gradDelta + CacheLine.RowsAhead * toNextGradDelta);
            for (int k = 0; k < line.Blocks; k++)
            {
                nint to = at + k * apart;
                float* gradSkip = gradSkips + k * V.Width, gradBias = gradBiases + k * V.Width;
                V ut = V.Load(u + to), gt = V.Load(g + to), toX = V.Load(gradX + to);
                V.MultiplyAdd(gt, ut, V.Load(gradSkip)).Store(gradSkip);
                TRow.Store(V.MultiplyAdd(V.Load(step + to), toX, V.Load(skips + k * V.Width) * gt), gradU + k * V.Width,
                    line.Live(k));

                V toDelta = V.MultiplyAdd(ut, toX, V.Load(gradStep + to) * V.Broadcast(Ln2));
                if (softplus) toDelta *= V.Load(stepSlope + to);
                (V.Load(gradBias) + toDelta).Store(gradBias);
                TRow.Store(toDelta, gradDelta + k * deltaApart, line.Live(k));
            }
        }
        for (int k = 0; k < line.Blocks; k++)
        {
            V.Load(gradSkips + k * V.Width).Store(partials.OfBlock(partials.D, batch, line.Block + k, 1));
            V.Load(gradBiases + k * V.Width).Store(partials.OfBlock(partials.DeltaBias, batch, line.Block + k, 1));
        }
    }

    /// <summary>
    /// Writes the gradient of z from s of the first scan and, in its own order, of a <paramref name="second"/>.
    /// </summary>
    [MethodImpl(Compile.Alone)]
    private static void CloseGate<TRow>(
        in ScanCall call, in SelectiveScanTensors gradients, int batch, ScanLine line, in ScanBackwardScratch scratch,
        float* second)
        where TRow : struct, IRowKind
    {
        TokenRows gradZs = call.Sequence(gradients.Z, batch, line.Channel);
        T* gradZ = gradZs.Row<T>(0);
        float* s = scratch.S, gateSlope = scratch.GateSlope;
        nint size = scratch.Size, apart = scratch.Apart, toNext = (nint)gradZs.Stride;
        for (nint at = 0; at < size; at += V.Width, gradZ += toNext)
        {
            CacheLine.FetchNear(gradZ + CacheLine.RowsAhead * toNext);
            for (int k = 0; k < line.Blocks; k++)
            {
                nint to = k * apart;
                V sum = V.Load(s + to + at);
                if (second != null) sum += V.Load(second + to + size - V.Width - at);
                TRow.Store(sum * V.Load(gateSlope + to + at), gradZ + k * V.Width, line.Live(k));
            }
        }
    }
}
