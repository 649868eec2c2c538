using System.Runtime.InteropServices;

namespace Postern.Kernels;

/// <summary>
/// One scan or a pair by <see cref="SelectiveScanReference"/>: y = 1/2 (s + s') z sigmoid(z) is the mean of two gated scans, so
/// each of a pair runs for itself with the gate of both and half of the gradient. Slow on purpose.
/// </summary>
internal static unsafe class ScanPairReference
{
    /// <summary>y, and the last state of a single scan where asked for.</summary>
    public static void Forward(SelectiveScanShape shape, SelectiveScanTensors[] scans, in SelectiveScanOutputs outputs)
    {
        if (scans.Length == 1)
        {
            SelectiveScanReference.Forward(shape, scans[0], outputs);
            return;
        }

        var memory = new Memory(shape);
        TokenRows sum = memory.Rows(), y = memory.Rows();
        for (int i = 0; i < scans.Length; i++)
        {
            SelectiveScanReference.Forward(shape.OfPair(i), Gated(scans, i, memory), new SelectiveScanOutputs { Y = y });
            memory.Add(SelectiveScanShape.PairScale, y, sum);
        }

        memory.Copy(sum, outputs.Y);
        GC.KeepAlive(memory);
    }

    /// <summary>The gradients of sum(y * gradY).</summary>
    public static void Backward(SelectiveScanShape shape, SelectiveScanTensors[] scans, TokenRows gradY,
        SelectiveScanTensors[] gradients)
    {
        if (scans.Length == 1)
        {
            SelectiveScanReference.Backward(shape, scans[0], gradY, gradients[0]);
            return;
        }

        var memory = new Memory(shape);
        TokenRows half = memory.Rows(), gradU = memory.Rows(), gradZ = memory.Rows(), sumZ = memory.Rows();
        bool gated = scans[0].Z.Exists;
        memory.Add(SelectiveScanShape.PairScale, gradY, half);
        for (int i = 0; i < scans.Length; i++)
        {
            SelectiveScanTensors ofScan = gradients[i];
            (ofScan.U, ofScan.Z) = (gradU, gated ? gradZ : default);
            SelectiveScanReference.Backward(shape.OfPair(i), Gated(scans, i, memory), half, ofScan);
            memory.Copy(gradU, gradients[i].U);
            if (gated) memory.Add(1f, gradZ, sumZ);
        }

        if (gated) memory.Copy(sumZ, gradients[0].Z);
        GC.KeepAlive(memory);
    }

    /// <summary>A scan with the gate of both, its rows in float32.</summary>
    private static SelectiveScanTensors Gated(SelectiveScanTensors[] scans, int scan, Memory memory)
    {
        SelectiveScanTensors inputs = scans[scan];
        (TokenRows u, TokenRows z) = (memory.Rows(), memory.Rows());
        memory.Copy(inputs.U, u);
        if (scans[0].Z.Exists) memory.Copy(scans[0].Z, z);
        (inputs.U, inputs.Z) = (u, scans[0].Z.Exists ? z : default);
        return inputs;
    }

    /// <summary>Dense rows [B, L, D] of float32, zero at first, that live as long as this.</summary>
    private sealed class Memory(SelectiveScanShape shape)
    {
        private readonly List<float[]> arrays = [];

        public TokenRows Rows()
        {
            float[] pinned = GC.AllocateArray<float>(shape.Batch * shape.Length * shape.Channels, pinned: true);
            arrays.Add(pinned);
            return new TokenRows(Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), shape.Channels);
        }

        public void Copy(TokenRows from, TokenRows to) => Each((t, d) => to.Set(t, d, from.Value(t, d)));

        public void Add(float scale, TokenRows from, TokenRows to) =>
            Each((t, d) => to.Set(t, d, to.Value(t, d) + scale * from.Value(t, d)));

        private void Each(Action<int, int> act)
        {
            for (int t = 0; t < shape.Batch * shape.Length; t++)
                for (int d = 0; d < shape.Channels; d++) act(t, d);
        }
    }
}
