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
/// scratch and used up at once (<see cref="ScanBackwardLoops{V, TB, TC}"/>), so that scratch grows with L and not with L N.
/// </summary>
internal static unsafe class ScanBackward<V, TB, TC>
    where V : unmanaged, IVector<V>
    where TB : struct, ICoefficientKind
    where TC : struct, ICoefficientKind
{
    private const float Ln2 = 0.693147181f;

    public static void Run(SelectiveScanShape shape, SelectiveScanInputs inputs, TokenRows gradY, SelectiveScanGradients gradients)
    {
        var plan = new ScanPlan(shape, V.Width);
        long tableFloats = ScanCall.TableFloats(shape, plan);
        float* memory = Scratch.OfCall(tableFloats + ScanPartials.Floats(shape, plan));
        ScanCall call = ScanCall.Prepare(shape, inputs, plan, V.Width, memory);
        var partials = new ScanPartials(call, memory + tableFloats);
        KernelThreads.Run(plan.Items, ScanBackwardScratch.Floats(shape, V.Width), (item, memory) =>
        {
            var scratch = new ScanBackwardScratch(memory, call.Shape, V.Width);
            scratch.ClearTokenSums();
            (int first, int end) = plan.BlocksOf(item);
            for (int block = first; block < end; block++)
                Block(call, partials, gradY, gradients, plan.Sequence(item), plan.Group(item), block, scratch);
            if (!call.Shape.ConstantB) scratch.FinishTokenSums(scratch.GradB, partials.OfItem(partials.B, item));
            if (!call.Shape.ConstantC) scratch.FinishTokenSums(scratch.GradC, partials.OfItem(partials.C, item));
        });
        partials.Reduce(gradients);
    }

    private static void Block(
        in ScanCall call, in ScanPartials partials, TokenRows gradY, in SelectiveScanGradients gradients,
        int batch, int group, int block, in ScanBackwardScratch scratch)
    {
        int states = call.Shape.States;
        bool whole = call.Plan.Live(block) == V.Width;
        if (whole) Open<WholeRow>(call, gradY, batch, block, scratch);
        else Open<PartRow>(call, gradY, batch, block, scratch);
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

        if (whole) Close<WholeRow>(call, partials, gradY, gradients, batch, block, scratch);
        else Close<PartRow>(call, partials, gradY, gradients, batch, block, scratch);
    }

    private static float* ClearedSums(in ScanPartials partials, float* partial, int batch, int block, int states)
    {
        float* sums = partials.OfBlock(partial, batch, block, states);
        new Span<float>(sums, states * V.Width).Clear();
        return sums;
    }

    /// <summary>Step, x, g, the skip's share of s, and zeros where the loop over states adds.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Open<TRow>(in ScanCall call, TokenRows gradY, int batch, int block, in ScanBackwardScratch scratch)
        where TRow : struct, IRowKind
    {
        int channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel), deltas = call.Sequence(call.Inputs.Delta, batch, channel);
        TokenRows zs = call.Sequence(call.Inputs.Z, batch, channel), grads = call.Sequence(gradY, batch, channel);
        V bias = Lanes.LoadOrZero<V>(call.Inputs.DeltaBias, channel, live), skip = Lanes.LoadOrZero<V>(call.Inputs.D, channel, live);
        float* u = us.Start, delta = deltas.Start, gate = zs.Start, grad = grads.Start;
        float* step = scratch.Step, x = scratch.X, g = scratch.G, s = scratch.S, gradStep = scratch.GradStep, gradX = scratch.GradX;
        float* stepSlope = scratch.StepSlope, sigmoid = scratch.Sigmoid;
        nint size = scratch.Size, toNextU = (nint)us.Stride, toNextDelta = (nint)deltas.Stride, toNextZ = (nint)zs.Stride, toNextGrad = (nint)grads.Stride;
        bool softplus = call.Shape.DeltaSoftplus;
        V zero = V.Broadcast(0f), scale = V.Broadcast(call.Shape.Scale);
        for (nint at = 0; at < size; at += V.Width, u += toNextU, delta += toNextDelta, grad += toNextGrad)
        {
            V ut = TRow.Load<V, float>(u, live), dt = TRow.Load<V, float>(delta, live) + bias, gt = TRow.Load<V, float>(grad, live) * scale;
            CacheLine.Fetch(u + V.Width);
            CacheLine.Fetch(delta + V.Width);
            CacheLine.Fetch(grad + V.Width);
            if (softplus)
            {
                dt = VectorMath.Softplus(dt, out V slope);
                slope.Store(stepSlope + at);
            }

            if (gate != null)
            {
                V z = TRow.Load<V, float>(gate, live), opened = VectorMath.Sigmoid(z);
                CacheLine.Fetch(gate + V.Width);
                opened.Store(sigmoid + at);
                gt *= z * opened;
                gate += toNextZ;
            }

            dt.Store(step + at);
            (dt * ut).Store(x + at);
            gt.Store(g + at);
            (skip * ut).Store(s + at);
            zero.Store(gradStep + at);
            zero.Store(gradX + at);
        }
    }

    /// <summary>Writes the gradients of u, delta and z, and the block's share of those of D and the bias.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Close<TRow>(
        in ScanCall call, in ScanPartials partials, TokenRows gradY, in SelectiveScanGradients gradients,
        int batch, int block, in ScanBackwardScratch scratch)
        where TRow : struct, IRowKind
    {
        int channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel);
        TokenRows zs = call.Sequence(call.Inputs.Z, batch, channel), grads = call.Sequence(gradY, batch, channel);
        TokenRows gradUs = call.Sequence(gradients.U, batch, channel), gradDeltas = call.Sequence(gradients.Delta, batch, channel);
        TokenRows gradZs = call.Sequence(gradients.Z, batch, channel);
        float* u = us.Start, gate = zs.Start, grad = grads.Start, gradU = gradUs.Start, gradDelta = gradDeltas.Start, gradZ = gradZs.Start;
        float* step = scratch.Step, g = scratch.G, s = scratch.S, gradStep = scratch.GradStep, gradX = scratch.GradX;
        float* stepSlope = scratch.StepSlope, sigmoid = scratch.Sigmoid;
        nint size = scratch.Size, toNextU = (nint)us.Stride, toNextZ = (nint)zs.Stride, toNextGrad = (nint)grads.Stride;
        nint toNextGradU = (nint)gradUs.Stride, toNextGradDelta = (nint)gradDeltas.Stride, toNextGradZ = (nint)gradZs.Stride;
        bool softplus = call.Shape.DeltaSoftplus, accumulate = call.Shape.Accumulate;
        V scale = V.Broadcast(call.Shape.Scale);
        V skip = Lanes.LoadOrZero<V>(call.Inputs.D, channel, live), gradBias = V.Broadcast(0f), gradSkip = V.Broadcast(0f);
        for (nint at = 0; at < size; at += V.Width, u += toNextU, gradU += toNextGradU, gradDelta += toNextGradDelta)
        {
            V ut = TRow.Load<V, float>(u, live), gt = V.Load(g + at), toX = V.Load(gradX + at);
            gradSkip = V.MultiplyAdd(gt, ut, gradSkip);
            TRow.Store(V.MultiplyAdd(V.Load(step + at), toX, skip * gt), gradU, live);

            V toDelta = V.MultiplyAdd(ut, toX, V.Load(gradStep + at) * V.Broadcast(Ln2));
            if (softplus) toDelta *= V.Load(stepSlope + at);
            gradBias += toDelta;
            TRow.Store(toDelta, gradDelta, live);

            if (gate == null) continue;
            V slope = VectorMath.SiluSlope(TRow.Load<V, float>(gate, live), V.Load(sigmoid + at));
            V toGate = TRow.Load<V, float>(grad, live) * scale * V.Load(s + at) * slope;
            TRow.Store(accumulate ? toGate + TRow.Load<V, float>(gradZ, live) : toGate, gradZ, live);
            gate += toNextZ;
            grad += toNextGrad;
            gradZ += toNextGradZ;
        }

        gradSkip.Store(partials.OfBlock(partials.D, batch, block, 1));
        gradBias.Store(partials.OfBlock(partials.DeltaBias, batch, block, 1));
    }
}
