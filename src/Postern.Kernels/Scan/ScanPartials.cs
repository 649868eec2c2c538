using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// Sums that work items leave behind for gradients that several of them share, and their addition in a fixed order. What
/// belongs to channels is kept as [B, blocks, rows, width] and summed over sequences; what belongs to tokens as
/// [items, L, N] and summed over the items of a sequence's group.
/// </summary>
internal readonly unsafe struct ScanPartials
{
    private readonly ScanCall call;

    public ScanPartials(in ScanCall call, float* memory)
    {
        this.call = call;
        A = memory;
        D = A + PerChannelFloats(call.Shape, call.Plan, call.Shape.States);
        DeltaBias = D + PerChannelFloats(call.Shape, call.Plan, 1);
        B = DeltaBias + PerChannelFloats(call.Shape, call.Plan, 1);
        C = B + CoefficientFloats(call.Shape, call.Plan, call.Shape.ConstantB);
    }

    public float* A { get; }

    public float* B { get; }

    public float* C { get; }

    public float* D { get; }

    public float* DeltaBias { get; }

    /// <summary>The floats behind one instance.</summary>
    public static long Floats(in SelectiveScanShape shape, in ScanPlan plan) =>
        PerChannelFloats(shape, plan, shape.States) + 2 * PerChannelFloats(shape, plan, 1)
        + CoefficientFloats(shape, plan, shape.ConstantB) + CoefficientFloats(shape, plan, shape.ConstantC);

    /// <summary>The part of a per-channel sum that one block of one sequence owns: [rows, width].</summary>
    public float* OfBlock(float* partial, int batch, int block, int rows) =>
        partial + ((long)batch * call.Plan.Blocks + block) * rows * call.Width;

    /// <summary>The part of a per-token sum that one item owns: [L, N], tokens at their own places.</summary>
    public float* OfItem(float* partial, int item) => partial + (long)item * call.Shape.Length * call.Shape.States;

    /// <summary>Adds up everything and writes the gradients of A, B, C, D and the bias.</summary>
    public void Reduce(SelectiveScanGradients gradients)
    {
        SumOverSequences(A, call.Shape.States, gradients.A);
        if (gradients.D != null) SumOverSequences(D, 1, gradients.D);
        if (gradients.DeltaBias != null) SumOverSequences(DeltaBias, 1, gradients.DeltaBias);
        ReduceCoefficient(call.Shape.ConstantB, B, gradients.B);
        ReduceCoefficient(call.Shape.ConstantC, C, gradients.C);
    }

    private void ReduceCoefficient(bool constant, float* partial, TokenRows gradient)
    {
        if (constant) SumOverSequences(partial, call.Shape.States, gradient.Start);
        else SumOverPieces(partial, gradient);
    }

    private void SumOverSequences(float* partial, int rows, float* gradient)
    {
        ScanPartials self = this;
        int width = call.Width;
        KernelThreads.Run(call.Plan.Blocks, rows * width, (block, sum) => self.SumBlock(partial, rows, block, sum, gradient));
    }

    [MethodImpl(Compile.Alone)]
    private void SumBlock(float* partial, int rows, int block, float* sum, float* gradient)
    {
        int size = rows * call.Width, live = call.Plan.Live(block), channel = call.Plan.Channel(block);
        var total = new Span<float>(sum, size);
        total.Clear();
        for (int batch = 0; batch < call.Shape.Batch; batch++)
            Lanes.Add(new ReadOnlySpan<float>(OfBlock(partial, batch, block, rows), size), total);
        for (int lane = 0; lane < live; lane++)
        {
            for (int row = 0; row < rows; row++) gradient[(channel + (long)lane) * rows + row] = sum[row * call.Width + lane];
        }
    }

    private void SumOverPieces(float* partial, TokenRows gradient)
    {
        ScanPartials self = this;
        int length = call.Shape.Length, states = call.Shape.States, groups = call.Shape.Groups, pieces = call.Plan.Pieces;
        KernelThreads.Run(call.Shape.Batch * groups, (long)length * states, (sequenceGroup, sum) =>
        {
            var total = new Span<float>(sum, length * states);
            total.Clear();
            for (int piece = 0; piece < pieces; piece++)
                Lanes.Add(new ReadOnlySpan<float>(self.OfItem(partial, sequenceGroup * pieces + piece), total.Length), total);
            TokenRows rows = gradient.Sequence(sequenceGroup / groups, length, reverse: false, (long)(sequenceGroup % groups) * states);
            for (int t = 0; t < length; t++) total.Slice(t * states, states).CopyTo(new Span<float>(rows[t], states));
        });
    }

    private static long PerChannelFloats(in SelectiveScanShape shape, in ScanPlan plan, int rows) =>
        shape.Batch * (plan.TableFloats / shape.States) * rows;

    private static long CoefficientFloats(in SelectiveScanShape shape, in ScanPlan plan, bool constant) =>
        constant ? PerChannelFloats(shape, plan, shape.States) : (long)plan.Items * shape.Length * shape.States;
}
