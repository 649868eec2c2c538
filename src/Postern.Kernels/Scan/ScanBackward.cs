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
/// summed over states or channels as the shapes demand. The states of one n are computed forwards into scratch [L, width]
/// and used up at once, so that scratch grows with L and not with L N.
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
        Open(call, gradY, batch, block, scratch);
        ScanCoefficient b = call.B(batch, group, block), c = call.C(batch, group, block);
        float* gradA = partials.OfBlock(partials.A, batch, block, states);
        float* sumB = call.Shape.ConstantB ? ClearedSums(partials, partials.B, batch, block, states) : scratch.GradB;
        float* sumC = call.Shape.ConstantC ? ClearedSums(partials, partials.C, batch, block, states) : scratch.GradC;
        nint perStateB = call.Shape.ConstantB ? V.Width : scratch.TokenSumStride;
        nint perStateC = call.Shape.ConstantC ? V.Width : scratch.TokenSumStride;
        for (int n = 0; n < states; n++)
        {
            V rate = V.Load(call.Decay + ((long)block * states + n) * V.Width);
            float* bn = b.First + n * b.PerState, cn = c.First + n * c.PerState;
            Recompute(scratch, rate, bn, b.PerToken, cn, c.PerToken);
            V sum = Reverse(scratch, rate, bn, b.PerToken, cn, c.PerToken, sumB + n * perStateB, sumC + n * perStateC);
            sum.Store(gradA + (nint)n * V.Width);
        }

        Close(call, partials, gradY, gradients, batch, block, scratch);
    }

    private static float* ClearedSums(in ScanPartials partials, float* partial, int batch, int block, int states)
    {
        float* sums = partials.OfBlock(partial, batch, block, states);
        new Span<float>(sums, states * V.Width).Clear();
        return sums;
    }

    /// <summary>Step, x, g, the skip's share of s, and zeros where the loop over states adds.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Open(in ScanCall call, TokenRows gradY, int batch, int block, in ScanBackwardScratch scratch)
    {
        int channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel), deltas = call.Sequence(call.Inputs.Delta, batch, channel);
        TokenRows zs = call.Sequence(call.Inputs.Z, batch, channel), grads = call.Sequence(gradY, batch, channel);
        V bias = Lanes.LoadOrZero<V>(call.Inputs.DeltaBias, channel, live), skip = Lanes.LoadOrZero<V>(call.Inputs.D, channel, live);
        V zero = V.Broadcast(0f);
        for (int t = 0; t < call.Shape.Length; t++)
        {
            nint at = (nint)t * V.Width;
            V u = Lanes.Load<V>(us[t], live), delta = Lanes.Load<V>(deltas[t], live) + bias, g = Lanes.Load<V>(grads[t], live);
            if (call.Shape.DeltaSoftplus) delta = VectorMath.Softplus(delta);
            if (zs.Exists)
            {
                V z = Lanes.Load<V>(zs[t], live);
                g *= z * VectorMath.Sigmoid(z);
            }

            delta.Store(scratch.Step + at);
            (delta * u).Store(scratch.X + at);
            g.Store(scratch.G + at);
            (skip * u).Store(scratch.S + at);
            zero.Store(scratch.GradStep + at);
            zero.Store(scratch.GradX + at);
        }
    }

    /// <summary>The forward scan of one state: keeps a and h, adds C h to s.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Recompute(in ScanBackwardScratch scratch, V rate, float* b, nint perTokenB, float* c, nint perTokenC)
    {
        float* step = scratch.Step, x = scratch.X, s = scratch.S, a = scratch.A, h = scratch.H;
        V state = V.Broadcast(0f);
        for (nint t = 0; t < scratch.Size; t += V.Width)
        {
            V decay = VectorMath.Exp2(V.Load(step + t) * rate);
            state = V.MultiplyAdd(decay, state, V.Load(x + t) * TB.At<V>(b));
            decay.Store(a + t);
            state.Store(h + t);
            V.MultiplyAdd(TC.At<V>(c), state, V.Load(s + t)).Store(s + t);
            b += perTokenB;
            c += perTokenC;
        }
    }

    /// <summary>The backward scan of one state; returns the gradient of A, and leaves that of the step short of a factor ln 2.</summary>
    [MethodImpl(Compile.Alone)]
    private static V Reverse(
        in ScanBackwardScratch scratch, V rate, float* b, nint perTokenB, float* c, nint perTokenC, float* sumB, float* sumC)
    {
        float* step = scratch.Step, x = scratch.X, g = scratch.G, a = scratch.A, h = scratch.H;
        float* gradStep = scratch.GradStep, gradX = scratch.GradX;
        nint last = scratch.Size / V.Width - 1;
        b += last * perTokenB;
        c += last * perTokenC;
        sumB += last * TB.SumPerToken;
        sumC += last * TC.SumPerToken;
        V carry = V.Broadcast(0f), gradA = V.Broadcast(0f), state = V.Load(h + last * V.Width);
        for (nint t = last * V.Width; t >= 0; t -= V.Width)
        {
            V gt = V.Load(g + t);
            V r = V.MultiplyAdd(gt, TC.At<V>(c), carry);
            TC.Accumulate(gt * state, sumC);
            TB.Accumulate(r * V.Load(x + t), sumB);
            V.MultiplyAdd(r, TB.At<V>(b), V.Load(gradX + t)).Store(gradX + t);
            carry = V.Load(a + t) * r;
            state = V.Load(h + t - V.Width); // the row before the first is zero
            V q = carry * state;
            V.MultiplyAdd(q, rate, V.Load(gradStep + t)).Store(gradStep + t);
            gradA = V.MultiplyAdd(q, V.Load(step + t), gradA);
            b -= perTokenB;
            c -= perTokenC;
            sumB -= TB.SumPerToken;
            sumC -= TC.SumPerToken;
        }

        return gradA;
    }

    /// <summary>Writes the gradients of u, delta and z, and the block's share of those of D and the bias.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Close(
        in ScanCall call, in ScanPartials partials, TokenRows gradY, in SelectiveScanGradients gradients,
        int batch, int block, in ScanBackwardScratch scratch)
    {
        int channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel), deltas = call.Sequence(call.Inputs.Delta, batch, channel);
        TokenRows zs = call.Sequence(call.Inputs.Z, batch, channel), grads = call.Sequence(gradY, batch, channel);
        TokenRows gradUs = call.Sequence(gradients.U, batch, channel), gradDeltas = call.Sequence(gradients.Delta, batch, channel);
        TokenRows gradZs = call.Sequence(gradients.Z, batch, channel);
        V bias = Lanes.LoadOrZero<V>(call.Inputs.DeltaBias, channel, live), skip = Lanes.LoadOrZero<V>(call.Inputs.D, channel, live);
        V gradBias = V.Broadcast(0f), gradSkip = V.Broadcast(0f);
        for (int t = 0; t < call.Shape.Length; t++)
        {
            nint at = (nint)t * V.Width;
            V u = Lanes.Load<V>(us[t], live), g = V.Load(scratch.G + at), gradX = V.Load(scratch.GradX + at);
            gradSkip = V.MultiplyAdd(g, u, gradSkip);
            Lanes.Store(V.MultiplyAdd(V.Load(scratch.Step + at), gradX, skip * g), gradUs[t], live);

            V gradDelta = V.MultiplyAdd(u, gradX, V.Load(scratch.GradStep + at) * V.Broadcast(Ln2));
            if (call.Shape.DeltaSoftplus) gradDelta *= VectorMath.SoftplusSlope(Lanes.Load<V>(deltas[t], live) + bias);
            gradBias += gradDelta;
            Lanes.Store(gradDelta, gradDeltas[t], live);

            if (!zs.Exists) continue;
            V z = Lanes.Load<V>(zs[t], live);
            V slope = VectorMath.SiluSlope(z, VectorMath.Sigmoid(z));
            Lanes.Store(Lanes.Load<V>(grads[t], live) * V.Load(scratch.S + at) * slope, gradZs[t], live);
        }

        gradSkip.Store(partials.OfBlock(partials.D, batch, block, 1));
        gradBias.Store(partials.OfBlock(partials.DeltaBias, batch, block, 1));
    }
}
