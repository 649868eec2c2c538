using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The scan in registers of kind <typeparamref name="V"/>, lanes being channels. One state at a time runs over the whole sequence
/// in one register, adding its share of y to a buffer [L, width] that stays in cache.
/// </summary>
internal static unsafe class ScanForward<V, TB, TC>
    where V : unmanaged, IVector<V>
    where TB : struct, ICoefficientKind
    where TC : struct, ICoefficientKind
{
    public static void Run(SelectiveScanShape shape, SelectiveScanInputs inputs, SelectiveScanOutputs outputs)
    {
        var plan = new ScanPlan(shape, V.Width);
        float* tables = Scratch.OfCall(ScanCall.TableFloats(shape, plan));
        ScanCall call = ScanCall.Prepare(shape, inputs, plan, V.Width, tables);
        KernelThreads.Run(plan.Items, 3L * shape.Length * V.Width, (item, scratch) =>
        {
            (int first, int end) = plan.BlocksOf(item);
            for (int block = first; block < end; block++) Block(call, outputs, plan.Sequence(item), plan.Group(item), block, scratch);
        });
    }

    [MethodImpl(Compile.Alone)]
    private static void Block(in ScanCall call, in SelectiveScanOutputs outputs, int batch, int group, int block, float* scratch)
    {
        int width = V.Width, states = call.Shape.States, channel = call.Plan.Channel(block), live = call.Plan.Live(block);
        nint size = (nint)call.Shape.Length * width;
        float* step = scratch, input = step + size, y = input + size; // each [L, width] in scan order
        Open(call, batch, channel, live, step, input, y);

        ScanCoefficient b = call.B(batch, group, block), c = call.C(batch, group, block);
        float* decays = call.Decay + (long)block * states * width;
        for (int n = 0; n < states; n++)
        {
            V rate = V.Load(decays + (nint)n * width), state = V.Broadcast(0f);
            float* bt = b.First + n * b.PerState, ct = c.First + n * c.PerState;
            for (nint t = 0; t < size; t += width)
            {
                V decay = VectorMath.Exp2(V.Load(step + t) * rate);
                state = V.MultiplyAdd(decay, state, V.Load(input + t) * TB.At<V>(bt));
                V.MultiplyAdd(TC.At<V>(ct), state, V.Load(y + t)).Store(y + t);
                bt += b.PerToken;
                ct += c.PerToken;
            }

            if (outputs.LastState != null) StoreState(state, outputs.LastState + ((long)batch * call.Shape.Channels + channel) * states + n, live, states);
        }

        Close(call, outputs, batch, channel, live, y);
    }

    /// <summary>step = delta', input = delta' u, y = D u.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Open(in ScanCall call, int batch, int channel, int live, float* step, float* input, float* y)
    {
        TokenRows us = call.Sequence(call.Inputs.U, batch, channel), deltas = call.Sequence(call.Inputs.Delta, batch, channel);
        V bias = Lanes.LoadOrZero<V>(call.Inputs.DeltaBias, channel, live), skip = Lanes.LoadOrZero<V>(call.Inputs.D, channel, live);
        for (int t = 0; t < call.Shape.Length; t++)
        {
            V u = Lanes.Load<V>(us[t], live), delta = Lanes.Load<V>(deltas[t], live) + bias;
            if (call.Shape.DeltaSoftplus) delta = VectorMath.Softplus(delta);
            nint at = (nint)t * V.Width;
            delta.Store(step + at);
            (delta * u).Store(input + at);
            (skip * u).Store(y + at);
        }
    }

    /// <summary>Applies the gate and writes y.</summary>
    [MethodImpl(Compile.Alone)]
    private static void Close(in ScanCall call, in SelectiveScanOutputs outputs, int batch, int channel, int live, float* y)
    {
        TokenRows ys = call.Sequence(outputs.Y, batch, channel), zs = call.Sequence(call.Inputs.Z, batch, channel);
        for (int t = 0; t < call.Shape.Length; t++)
        {
            V value = V.Load(y + (nint)t * V.Width);
            if (zs.Exists)
            {
                V z = Lanes.Load<V>(zs[t], live);
                value *= z * VectorMath.Sigmoid(z);
            }

            Lanes.Store(value, ys[t], live);
        }
    }

    private static void StoreState(V state, float* last, int live, int states)
    {
        float* lanes = stackalloc float[V.Width];
        state.Store(lanes);
        for (int lane = 0; lane < live; lane++) last[(long)lane * states] = lanes[lane];
    }
}
