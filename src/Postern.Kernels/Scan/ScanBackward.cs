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
/// summed over states or channels as the shapes demand. The states of four n, or of one where fewer are left, are computed forwards into
/// scratch and used up at once (<see cref="ScanBackwardLoops{V, TB, TC}"/>), so that scratch grows with L and not with L N. The two scans of a
/// pair take turns on a block between the two halves of their gate's gradient.
/// </summary>
internal static unsafe class ScanBackward<V, T, TB, TC>
    where V : unmanaged, IVector<V>
    where T : unmanaged
    where TB : struct, ICoefficientKind
    where TC : struct, ICoefficientKind
{
    private const float Ln2 = 0.693147181f;

    public static void Run(SelectiveScanShape shape, SelectiveScanInputs[] scans, TokenRows gradY, SelectiveScanGradients[] gradients)
    {
        var plan = new ScanPlan(shape, V.Width);
        long tableFloats = ScanCall.TableFloats(shape, plan, V.Width), partialFloats = ScanPartials.Floats(shape, plan);
        float* memory = Scratch.OfCall(scans.Length * (tableFloats + partialFloats));
        ScanCall[] calls = [.. scans.Select((scan, i) => ScanCall.Prepare(shape.OfPair(i), scan, plan, V.Width, memory + i * tableFloats))];
        ScanPartials[] partials = [.. calls.Select((call, i) => new ScanPartials(call, memory + calls.Length * tableFloats + i * partialFloats))];
        KernelThreads.Run(plan.Items, ScanBackwardScratch.Floats(shape, V.Width, scans.Length), (item, thread) =>
        {
            ScanBackwardScratch[] scratch = [.. calls.Select((call, i) => new ScanBackwardScratch(thread, call.Shape, V.Width, calls.Length, i))];
            foreach (ScanBackwardScratch own in scratch) own.ClearTokenSums();
            (int first, int end) = plan.BlocksOf(item);
            for (int block = first; block < end; block++)
                Block(calls, partials, gradY, gradients, plan.Sequence(item), plan.Group(item), block, scratch);
            for (int i = 0; i < calls.Length; i++) scratch[i].FinishTokenSums(partials[i], gradients[i], item);
        });
        ScanPartials.Reduce(partials, gradients);
    }

    private static void Block(
        ScanCall[] calls, ScanPartials[] partials, TokenRows gradY, SelectiveScanGradients[] gradients, int batch, int group, int block,
        ScanBackwardScratch[] scratch)
    {
        bool whole = calls[0].Plan.Live(block) == V.Width, pair = calls.Length > 1;
        if (whole) OpenGate<WholeRow>(calls[0], gradY, gradients[0], batch, block, scratch[0], pair ? scratch[1].G : null);
        else OpenGate<PartRow>(calls[0], gradY, gradients[0], batch, block, scratch[0], pair ? scratch[1].G : null);
        for (int i = 0; i < calls.Length; i++)
        {
            ref readonly ScanCall call = ref calls[i];
            ref readonly ScanBackwardScratch own = ref scratch[i];
            if (call.Shape.StepRank > 0) ScanSteps<V>.Project(call, batch, block, own.Step);
            if (whole) Open<WholeRow>(call, gradients[i], batch, block, own);
            else Open<PartRow>(call, gradients[i], batch, block, own);
            States(call, partials[i], batch, group, block, own);
            if (whole) Close<WholeRow>(call, partials[i], gradients[i], batch, block, own);
            else Close<PartRow>(call, partials[i], gradients[i], batch, block, own);
            if (call.Shape.StepRank == 0) continue;
            ScanSteps<V>.GradWeights(call, batch, own.GradStep, partials[i].OfBlock(partials[i].StepWeight, batch, block, call.Shape.StepRank));
            ScanSteps<V>.GradTokens(call, block, own.GradStep, own.GradSteps);
        }
        if (!calls[0].Inputs.Z.Exists) return;
        if (whole) CloseGate<WholeRow>(calls[0], gradients[0], batch, block, scratch[0], pair ? scratch[1].S : null);
        else CloseGate<PartRow>(calls[0], gradients[0], batch, block, scratch[0], pair ? scratch[1].S : null);
    }

    private static void States(in ScanCall call, in ScanPartials partials, int batch, int group, int block, in ScanBackwardScratch scratch)
    {
        int states = call.Shape.States;
        ScanCoefficient b = call.B(batch, group, block), c = call.C(batch, group, block);
        float* gradA = partials.OfBlock(partials.A, batch, block, states);
        float* sumB = call.Shape.ConstantB ? ClearedSums(partials, partials.B, batch, block, states) : scratch.GradB;
        float* sumC = call.Shape.ConstantC ? ClearedSums(partials, partials.C, batch, block, states) : scratch.GradC;
        nint perStateB = call.Shape.ConstantB ? V.Width : scratch.TokenSumStride;
        nint perStateC = call.Shape.ConstantC ? V.Width : scratch.TokenSumStride;
        for (int n = 0; n < states;)
        {
            var at = new ScanBackwardPlace(
                call.Decay + ((long)block * states + n) * V.Width, b.First + n * TB.PerState<V>(), b.PerToken, c.First + n * TC.PerState<V>(), c.PerToken,
                sumB + n * perStateB, sumC + n * perStateC, gradA + (nint)n * V.Width);
            if (states - n >= ScanCall.Together)
            {
                ScanBackwardLoops<V, TB, TC>.RecomputeFour(scratch, at);
                ScanBackwardLoops<V, TB, TC>.ReverseFour(scratch, at);
                n += ScanCall.Together;
            }
            else
            {
                ScanBackwardLoops<V, TB, TC>.Recompute(scratch, at);
                ScanBackwardLoops<V, TB, TC>.Reverse(scratch, at);
                n++;
            }
        }
    }

    private static float* ClearedSums(in ScanPartials partials, float* partial, int batch, int block, int states)
    {
        float* sums = partials.OfBlock(partial, batch, block, states);
        new Span<float>(sums, states * V.Width).Clear();
        return sums;
    }

    /// <summary>g of the first scan and, in its own order, of a <paramref name="second"/>, and what turns s into the gradient of the gate.</summary>
    [MethodImpl(Compile.Alone)]
    private static void OpenGate<TRow>(
        in ScanCall call, TokenRows gradY, in SelectiveScanGradients gradients, int batch, int block, in ScanBackwardScratch scratch, float* second)
        where TRow : struct, IRowKind
    {
        int channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        TokenRows zs = call.Sequence(call.Inputs.Z, batch, channel), grads = call.Sequence(gradY, batch, channel);
        TokenRows gradZs = call.Sequence(gradients.Z, batch, channel);
        T* gate = zs.Row<T>(0), grad = grads.Row<T>(0), gradZ = gradZs.Row<T>(0);
        float* g = scratch.G, gateSlope = scratch.GateSlope;
        nint size = scratch.Size, toNextZ = (nint)zs.Stride, toNextGrad = (nint)grads.Stride;
        V scale = V.Broadcast(second != null ? SelectiveScanShape.PairScale : 1f);
        for (nint at = 0; at < size; at += V.Width, grad += toNextGrad)
        {
            V gt = TRow.Load<V, T>(grad, live) * scale;
            CacheLine.Fetch(grad + V.Width);
            if (zs.Exists)
            {
                V z = TRow.Load<V, T>(gate, live), sigmoid = VectorMath.Sigmoid(z);
                CacheLine.Fetch(gate + V.Width);
                (gt * VectorMath.SiluSlope(z, sigmoid)).Store(gateSlope + at);
                CacheLine.Fetch(gradZ);
                gt *= z * sigmoid;
                gate += toNextZ;
                gradZ += (nint)gradZs.Stride;
            }

            gt.Store(g + at);
            if (second != null) gt.Store(second + size - V.Width - at);
        }
    }

    /// <summary>Step, x, the skip's share of s, and zeros where the loop over states adds; what is written after it is on its way meanwhile. Steps of low rank stand in scratch already.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Open<TRow>(in ScanCall call, in SelectiveScanGradients gradients, int batch, int block, in ScanBackwardScratch scratch)
        where TRow : struct, IRowKind
    {
        int channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel), deltas = call.Deltas(call.Inputs.Delta, batch, channel, scratch.Step);
        V bias = Lanes.LoadOrZero<V>(call.Inputs.DeltaBias, channel, live), skip = Lanes.LoadOrZero<V>(call.Inputs.D, channel, live);
        TokenRows gradUs = call.Sequence(gradients.U, batch, channel);
        T* u = us.Row<T>(0), gradU = gradUs.Row<T>(0);
        float* delta = deltas.Start, step = scratch.Step, x = scratch.X, s = scratch.S;
        float* gradStep = scratch.GradStep, gradX = scratch.GradX, stepSlope = scratch.StepSlope;
        nint size = scratch.Size, toNextU = (nint)us.Stride, toNextDelta = (nint)deltas.Stride;
        bool softplus = call.Shape.DeltaSoftplus;
        V zero = V.Broadcast(0f);
        for (nint at = 0; at < size; at += V.Width, u += toNextU, delta += toNextDelta, gradU += (nint)gradUs.Stride)
        {
            V ut = TRow.Load<V, T>(u, live), dt = TRow.Load<V, float>(delta, live) + bias;
            CacheLine.Fetch(u + V.Width);
            CacheLine.Fetch(delta + V.Width);
            CacheLine.Fetch(gradU);
            if (softplus)
            {
                dt = VectorMath.Softplus(dt, out V slope);
                slope.Store(stepSlope + at);
            }

            dt.Store(step + at);
            (dt * ut).Store(x + at);
            (skip * ut).Store(s + at);
            zero.Store(gradStep + at);
            zero.Store(gradX + at);
        }
    }

    /// <summary>Writes the gradients of u and delta, and the block's share of those of D and the bias.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Close<TRow>(
        in ScanCall call, in ScanPartials partials, in SelectiveScanGradients gradients, int batch, int block, in ScanBackwardScratch scratch)
        where TRow : struct, IRowKind
    {
        int channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel), gradUs = call.Sequence(gradients.U, batch, channel);
        TokenRows gradDeltas = call.Deltas(gradients.Delta, batch, channel, scratch.GradStep);
        T* u = us.Row<T>(0), gradU = gradUs.Row<T>(0);
        float* gradDelta = gradDeltas.Start, step = scratch.Step, g = scratch.G, gradStep = scratch.GradStep, gradX = scratch.GradX;
        float* stepSlope = scratch.StepSlope;
        nint size = scratch.Size, toNextU = (nint)us.Stride, toNextGradU = (nint)gradUs.Stride, toNextGradDelta = (nint)gradDeltas.Stride;
        bool softplus = call.Shape.DeltaSoftplus;
        V skip = Lanes.LoadOrZero<V>(call.Inputs.D, channel, live), gradBias = V.Broadcast(0f), gradSkip = V.Broadcast(0f);
        for (nint at = 0; at < size; at += V.Width, u += toNextU, gradU += toNextGradU, gradDelta += toNextGradDelta)
        {
            V ut = TRow.Load<V, T>(u, live), gt = V.Load(g + at), toX = V.Load(gradX + at);
            gradSkip = V.MultiplyAdd(gt, ut, gradSkip);
            TRow.Store(V.MultiplyAdd(V.Load(step + at), toX, skip * gt), gradU, live);

            V toDelta = V.MultiplyAdd(ut, toX, V.Load(gradStep + at) * V.Broadcast(Ln2));
            if (softplus) toDelta *= V.Load(stepSlope + at);
            gradBias += toDelta;
            TRow.Store(toDelta, gradDelta, live);
        }

        gradSkip.Store(partials.OfBlock(partials.D, batch, block, 1));
        gradBias.Store(partials.OfBlock(partials.DeltaBias, batch, block, 1));
    }

    /// <summary>Writes the gradient of z from s of the first scan and, in its own order, of a <paramref name="second"/>.</summary>
    [MethodImpl(Compile.Alone)]
    private static void CloseGate<TRow>(
        in ScanCall call, in SelectiveScanGradients gradients, int batch, int block, in ScanBackwardScratch scratch, float* second)
        where TRow : struct, IRowKind
    {
        int live = call.Plan.Live(block);
        TokenRows gradZs = call.Sequence(gradients.Z, batch, call.Plan.Channel(block));
        T* gradZ = gradZs.Row<T>(0);
        float* s = scratch.S, gateSlope = scratch.GateSlope;
        nint size = scratch.Size, toNext = (nint)gradZs.Stride;
        for (nint at = 0; at < size; at += V.Width, gradZ += toNext)
        {
            V sum = V.Load(s + at);
            if (second != null) sum += V.Load(second + size - V.Width - at);
            TRow.Store(sum * V.Load(gateSlope + at), gradZ, live);
        }
    }
}
