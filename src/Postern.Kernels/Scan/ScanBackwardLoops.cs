using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>Where the states in hand read their parameters and leave their sums.</summary>
/// <param name="rates">A times log2(e), [states, width].</param>
/// <param name="b">B of the first token.</param>
/// <param name="perTokenB">From one token's B to the next one's.</param>
/// <param name="c">C of the first token.</param>
/// <param name="perTokenC">From one token's C to the next one's.</param>
/// <param name="sumB">Running sums of the gradient of B.</param>
/// <param name="sumC">Running sums of the gradient of C.</param>
/// <param name="gradA">Receives the gradient of A, [states, width].</param>
internal readonly unsafe struct ScanBackwardPlace(
    float* rates, float* b, nint perTokenB, float* c, nint perTokenC, float* sumB, float* sumC, float* gradA)
{
    public readonly float* Rates = rates, B = b, C = c, SumB = sumB, SumC = sumC, GradA = gradA;
    public readonly nint PerTokenB = perTokenB, PerTokenC = perTokenC;

    /// <summary>
    /// The same from the state <paramref name="k"/> on, where a state's parameters and sums are so many floats.
    /// </summary>
    public ScanBackwardPlace From(int k, int width, nint perStateB, nint perStateC, nint perSumB, nint perSumC) => new(
        Rates + k * width, B + k * perStateB, PerTokenB, C + k * perStateC, PerTokenC, SumB + k * perSumB, SumC + k * perSumC,
        GradA + k * width);

    /// <summary>The same from the token <paramref name="t"/> of the scan on, with its own place for the gradient of A.</summary>
    public ScanBackwardPlace OfRun(int t, nint perTokenSumB, nint perTokenSumC, float* gradA) => new(
        Rates, B + t * PerTokenB, PerTokenB, C + t * PerTokenC, PerTokenC, SumB + t * perTokenSumB,
        SumC + t * perTokenSumC, gradA);
}

/// <summary>
/// The inner loops of <see cref="ScanBackward{V, T, TB, TC}"/>, for one state, and for two or four that share what is loaded for
/// a token.
/// </summary>
internal static unsafe class ScanBackwardLoops<V, TB, TC>
    where V : unmanaged, IVector<V>
    where TB : struct, ICoefficientKind
    where TC : struct, ICoefficientKind
{
    /// <summary>The forward scan of one state: keeps a and h, adds C h to s.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Recompute(in ScanBackwardScratch scratch, in ScanBackwardPlace at)
    {
        float* step = scratch.Step, x = scratch.X, s = scratch.S, a = scratch.A, h = scratch.H, b = at.B, c = at.C;
        V rate = V.Load(at.Rates), state = V.Broadcast(0f);
        for (nint t = 0; t < scratch.Size; t += V.Width)
        {
            V decay = V.Exp2(V.Load(step + t) * rate);
            state = V.MultiplyAdd(decay, state, V.Load(x + t) * TB.At<V>(b));
            decay.Store(a + t);
            state.Store(h + t);
            V.MultiplyAdd(TC.At<V>(c), state, V.Load(s + t)).Store(s + t);
            b += at.PerTokenB;
            c += at.PerTokenC;
        }
    }

    /// <summary>The backward scan of one state; leaves the gradient of the step short of a factor ln 2.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Reverse(in ScanBackwardScratch scratch, in ScanBackwardPlace at)
    {
        float* step = scratch.Step, x = scratch.X, g = scratch.G, a = scratch.A, h = scratch.H;
        float* gradStep = scratch.GradStep, gradX = scratch.GradX;
        nint last = scratch.Size / V.Width - 1;
        float* b = at.B + last * at.PerTokenB, c = at.C + last * at.PerTokenC;
        float* sumB = at.SumB + last * TB.SumPerToken(1), sumC = at.SumC + last * TC.SumPerToken(1);
        V rate = V.Load(at.Rates), carry = V.Broadcast(0f), gradA = V.Broadcast(0f), state = V.Load(h + last * V.Width);
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
            b -= at.PerTokenB;
            c -= at.PerTokenC;
            sumB -= TB.SumPerToken(1);
            sumC -= TC.SumPerToken(1);
        }

        gradA.Store(at.GradA);
    }

    /// <summary>As <see cref="Recompute"/>; a and h are [L, 2, width].</summary>
    [MethodImpl(Compile.Alone)]
    public static void RecomputeTwo(in ScanBackwardScratch scratch, in ScanBackwardPlace at, ref PrefetchQueue ahead)
    {
        byte* fetched = ahead.Take(at.Rates, out nint toNext);
        int width = V.Width;
        float* step = scratch.Step, x = scratch.X, s = scratch.S, a = scratch.A, h = scratch.H, b = at.B, c = at.C;
        V rate0 = V.Load(at.Rates), rate1 = V.Load(at.Rates + width);
        V state0 = V.Broadcast(0f), state1 = state0;
        for (nint t = 0; t < scratch.Size; t += V.Width)
        {
            V delta = V.Load(step + t), xt = V.Load(x + t), sum = V.Load(s + t);
            V decay = V.Exp2(delta * rate0);
            state0 = V.MultiplyAdd(decay, state0, xt * TB.At<V>(b));
            decay.Store(a + 2 * t);
            state0.Store(h + 2 * t);
            decay = V.Exp2(delta * rate1);
            state1 = V.MultiplyAdd(decay, state1, xt * TB.At<V>(b + TB.PerState<V>()));
            decay.Store(a + 2 * t + width);
            state1.Store(h + 2 * t + width);
            sum = V.MultiplyAdd(TC.At<V>(c), state0, sum);
            V.MultiplyAdd(TC.At<V>(c + TC.PerState<V>()), state1, sum).Store(s + t);
            CacheLine.Fetch(fetched);
            fetched += toNext;
            b += at.PerTokenB;
            c += at.PerTokenC;
        }
    }

    /// <summary>
    /// As <see cref="Reverse"/>, of what <see cref="RecomputeTwo"/> left. B, C and their sums are those of two of
    /// <see cref="ScanCall.Together"/>.
    /// </summary>
    [MethodImpl(Compile.Alone)]
    public static void ReverseTwo(in ScanBackwardScratch scratch, in ScanBackwardPlace at, ref PrefetchQueue ahead)
    {
        byte* fetched = ahead.Take(at.Rates, out nint toNext);
        int width = V.Width;
        nint last = scratch.Size / V.Width - 1, t = last * V.Width;
        float* step = scratch.Step, x = scratch.X, g = scratch.G, a = scratch.A, h = scratch.H;
        float* gradStep = scratch.GradStep, gradX = scratch.GradX, b = at.B + last * at.PerTokenB, c = at.C + last * at.PerTokenC;
        float* sumB = at.SumB + last * TB.SumPerToken(ScanCall.Together),
            sumC = at.SumC + last * TC.SumPerToken(ScanCall.Together);
        V rate0 = V.Load(at.Rates), rate1 = V.Load(at.Rates + width);
        V carry0 = V.Broadcast(0f), carry1 = carry0, gradA0 = carry0, gradA1 = carry0;
        V state0 = V.Load(h + 2 * t), state1 = V.Load(h + 2 * t + width);
        for (; t >= 0; t -= V.Width)
        {
            V gt = V.Load(g + t), xt = V.Load(x + t);
            V r0 = V.MultiplyAdd(gt, TC.At<V>(c), carry0);
            V r1 = V.MultiplyAdd(gt, TC.At<V>(c + TC.PerState<V>()), carry1);
            TC.Accumulate(gt * state0, gt * state1, sumC);
            TB.Accumulate(r0 * xt, r1 * xt, sumB);
            V toX = V.MultiplyAdd(r0, TB.At<V>(b), V.Load(gradX + t));
            V.MultiplyAdd(r1, TB.At<V>(b + TB.PerState<V>()), toX).Store(gradX + t);
            carry0 = V.Load(a + 2 * t) * r0;
            carry1 = V.Load(a + 2 * t + width) * r1;
            state0 = V.Load(h + 2 * t - 2 * width); // the row before the first is zero
            state1 = V.Load(h + 2 * t - width);
            V delta = V.Load(step + t), q = carry0 * state0;
            V toStep = V.MultiplyAdd(q, rate0, V.Load(gradStep + t));
            gradA0 = V.MultiplyAdd(q, delta, gradA0);
            q = carry1 * state1;
            V.MultiplyAdd(q, rate1, toStep).Store(gradStep + t);
            gradA1 = V.MultiplyAdd(q, delta, gradA1);
            CacheLine.Fetch(fetched);
            fetched += toNext;
            b -= at.PerTokenB;
            c -= at.PerTokenC;
            sumB -= TB.SumPerToken(ScanCall.Together);
            sumC -= TC.SumPerToken(ScanCall.Together);
        }

        gradA0.Store(at.GradA);
        gradA1.Store(at.GradA + width);
    }

    /// <summary>As <see cref="Recompute"/>; a and h are [L, 4, width].</summary>
    [MethodImpl(Compile.Alone)]
    public static void RecomputeFour(in ScanBackwardScratch scratch, in ScanBackwardPlace at, ref PrefetchQueue ahead)
    {
        byte* fetched = ahead.Take(at.Rates, out nint toNext);
        int width = V.Width;
        float* step = scratch.Step, x = scratch.X, s = scratch.S, a = scratch.A, h = scratch.H, b = at.B, c = at.C;
        V rate0 = V.Load(at.Rates), rate1 = V.Load(at.Rates + width), rate2 = V.Load(at.Rates + 2 * width),
            rate3 = V.Load(at.Rates + 3 * width);
        V state0 = V.Broadcast(0f), state1 = state0, state2 = state0, state3 = state0;
        for (nint t = 0; t < scratch.Size; t += V.Width)
        {
            V delta = V.Load(step + t), xt = V.Load(x + t), sum = V.Load(s + t);
            V decay = V.Exp2(delta * rate0);
            state0 = V.MultiplyAdd(decay, state0, xt * TB.At<V>(b));
            decay.Store(a);
            state0.Store(h);
            decay = V.Exp2(delta * rate1);
            state1 = V.MultiplyAdd(decay, state1, xt * TB.At<V>(b + TB.PerState<V>()));
            decay.Store(a + width);
            state1.Store(h + width);
            decay = V.Exp2(delta * rate2);
            state2 = V.MultiplyAdd(decay, state2, xt * TB.At<V>(b + 2 * TB.PerState<V>()));
            decay.Store(a + 2 * width);
            state2.Store(h + 2 * width);
            decay = V.Exp2(delta * rate3);
            state3 = V.MultiplyAdd(decay, state3, xt * TB.At<V>(b + 3 * TB.PerState<V>()));
            decay.Store(a + 3 * width);
            state3.Store(h + 3 * width);
            sum = V.MultiplyAdd(TC.At<V>(c), state0, sum);
            sum = V.MultiplyAdd(TC.At<V>(c + TC.PerState<V>()), state1, sum);
            sum = V.MultiplyAdd(TC.At<V>(c + 2 * TC.PerState<V>()), state2, sum);
            V.MultiplyAdd(TC.At<V>(c + 3 * TC.PerState<V>()), state3, sum).Store(s + t);
            CacheLine.Fetch(fetched);
            fetched += toNext;
            a += ScanCall.Together * width;
            h += ScanCall.Together * width;
            b += at.PerTokenB;
            c += at.PerTokenC;
        }
    }

    /// <summary>As <see cref="Reverse"/>, of what <see cref="RecomputeFour"/> left.</summary>
    [MethodImpl(Compile.Alone)]
    public static void ReverseFour(in ScanBackwardScratch scratch, in ScanBackwardPlace at, ref PrefetchQueue ahead)
    {
        byte* fetched = ahead.Take(at.Rates, out nint toNext);
        int width = V.Width, row = ScanCall.Together * V.Width;
        nint last = scratch.Size / V.Width - 1;
        float* step = scratch.Step, x = scratch.X, g = scratch.G, a = scratch.A + last * row, h = scratch.H + last * row;
        float* gradStep = scratch.GradStep, gradX = scratch.GradX, b = at.B + last * at.PerTokenB, c = at.C + last * at.PerTokenC;
        float* sumB = at.SumB + last * TB.SumPerToken(ScanCall.Together),
            sumC = at.SumC + last * TC.SumPerToken(ScanCall.Together);
        V rate0 = V.Load(at.Rates), rate1 = V.Load(at.Rates + width), rate2 = V.Load(at.Rates + 2 * width),
            rate3 = V.Load(at.Rates + 3 * width);
        V carry0 = V.Broadcast(0f), carry1 = carry0, carry2 = carry0, carry3 = carry0;
        V gradA0 = carry0, gradA1 = carry0, gradA2 = carry0, gradA3 = carry0;
        for (nint t = last * V.Width; t >= 0; t -= V.Width)
        {
            V gt = V.Load(g + t), xt = V.Load(x + t), delta = V.Load(step + t), toX = V.Load(gradX + t),
                toStep = V.Load(gradStep + t);
            V r0 = V.MultiplyAdd(gt, TC.At<V>(c), carry0);
            V r1 = V.MultiplyAdd(gt, TC.At<V>(c + TC.PerState<V>()), carry1);
            V r2 = V.MultiplyAdd(gt, TC.At<V>(c + 2 * TC.PerState<V>()), carry2);
            V r3 = V.MultiplyAdd(gt, TC.At<V>(c + 3 * TC.PerState<V>()), carry3);
            TC.Accumulate(gt * V.Load(h), gt * V.Load(h + width), gt * V.Load(h + 2 * width), gt * V.Load(h + 3 * width), sumC);
            TB.Accumulate(r0 * xt, r1 * xt, r2 * xt, r3 * xt, sumB);
            toX = V.MultiplyAdd(r0, TB.At<V>(b), toX);
            toX = V.MultiplyAdd(r1, TB.At<V>(b + TB.PerState<V>()), toX);
            toX = V.MultiplyAdd(r2, TB.At<V>(b + 2 * TB.PerState<V>()), toX);
            V.MultiplyAdd(r3, TB.At<V>(b + 3 * TB.PerState<V>()), toX).Store(gradX + t);
            h -= row; // the row before the first is zero
            carry0 = V.Load(a) * r0;
            carry1 = V.Load(a + width) * r1;
            carry2 = V.Load(a + 2 * width) * r2;
            carry3 = V.Load(a + 3 * width) * r3;
            V q = carry0 * V.Load(h);
            toStep = V.MultiplyAdd(q, rate0, toStep);
            gradA0 = V.MultiplyAdd(q, delta, gradA0);
            q = carry1 * V.Load(h + width);
            toStep = V.MultiplyAdd(q, rate1, toStep);
            gradA1 = V.MultiplyAdd(q, delta, gradA1);
            q = carry2 * V.Load(h + 2 * width);
            toStep = V.MultiplyAdd(q, rate2, toStep);
            gradA2 = V.MultiplyAdd(q, delta, gradA2);
            q = carry3 * V.Load(h + 3 * width);
            V.MultiplyAdd(q, rate3, toStep).Store(gradStep + t);
            gradA3 = V.MultiplyAdd(q, delta, gradA3);
            CacheLine.Fetch(fetched);
            fetched += toNext;
            a -= row;
            b -= at.PerTokenB;
            c -= at.PerTokenC;
            sumB -= TB.SumPerToken(ScanCall.Together);
            sumC -= TC.SumPerToken(ScanCall.Together);
        }

        gradA0.Store(at.GradA);
        gradA1.Store(at.GradA + width);
        gradA2.Store(at.GradA + 2 * width);
        gradA3.Store(at.GradA + 3 * width);
    }
}
