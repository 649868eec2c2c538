using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// Sums that work items leave behind for gradients that several of them share, and their addition in a fixed order. What
/// belongs to channels is kept as [B, blocks, rows, width] and summed over sequences; what belongs to tokens as
/// [items, L, N or R] and summed over the items of a sequence's group.
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
        Steps = C + CoefficientFloats(call.Shape, call.Plan, call.Shape.ConstantC);
        StepWeight = Steps + (long)call.Plan.Items * call.Shape.Length * call.Shape.StepRank;
    }

    public float* A { get; }

    public float* B { get; }

    public float* C { get; }

    public float* D { get; }

    public float* DeltaBias { get; }

    /// <summary>Of low-rank steps.</summary>
    public float* Steps { get; }

    public float* StepWeight { get; }

    /// <summary>The floats behind one instance.</summary>
    public static long Floats(in SelectiveScanShape shape, in ScanPlan plan) =>
        PerChannelFloats(shape, plan, shape.States) + 2 * PerChannelFloats(shape, plan, 1)
        + CoefficientFloats(shape, plan, shape.ConstantB) + CoefficientFloats(shape, plan, shape.ConstantC)
        + (long)plan.Items * shape.Length * shape.StepRank + PerChannelFloats(shape, plan, shape.StepRank);

    /// <summary>The part of a per-channel sum that one block of one sequence owns: [rows, width].</summary>
    public float* OfBlock(float* partial, int batch, int block, int rows) =>
        partial + ((long)batch * call.Plan.Blocks + block) * rows * call.Width;

    /// <summary>The part of a per-token sum that one item owns: [L, <paramref name="columns"/>], tokens at their own places.</summary>
    public float* OfItem(float* partial, int item, int columns) => partial + (long)item * call.Shape.Length * columns;

    /// <summary>Adds up everything and writes the gradients of A, B, C, D and the bias.</summary>
    public void Reduce(SelectiveScanGradients gradients)
    {
        SumOverSequences(A, call.Shape.States, gradients.A);
        if (gradients.D != null) SumOverSequences(D, 1, gradients.D);
        if (gradients.DeltaBias != null) SumOverSequences(DeltaBias, 1, gradients.DeltaBias);
        ReduceCoefficient(call.Shape.ConstantB, B, gradients.B);
        ReduceCoefficient(call.Shape.ConstantC, C, gradients.C);
        if (call.Shape.StepRank == 0) return;
        SumOverPieces(Steps, call.Shape.StepRank, gradients.Delta);
        SumOverSequences(StepWeight, call.Shape.StepRank, gradients.StepWeight);
    }

    private void ReduceCoefficient(bool constant, float* partial, TokenRows gradient)
    {
        if (constant) SumOverSequences(partial, call.Shape.States, gradient.Start);
        else SumOverPieces(partial, call.Shape.States, gradient);
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

    private void SumOverPieces(float* partial, int columns, TokenRows gradient)
    {
        ScanPartials self = this;
        int length = call.Shape.Length, groups = call.Shape.Groups, pieces = call.Plan.Pieces;
        KernelThreads.Run(call.Shape.Batch * groups, (long)length * columns, (sequenceGroup, sum) =>
        {
            var total = new Span<float>(sum, length * columns);
            total.Clear();
            for (int piece = 0; piece < pieces; piece++)
                Lanes.Add(new ReadOnlySpan<float>(self.OfItem(partial, sequenceGroup * pieces + piece, columns), total.Length), total);
            TokenRows rows = gradient.Sequence(sequenceGroup / groups, length, reverse: false, (long)(sequenceGroup % groups) * columns);
            for (int t = 0; t < length; t++) total.Slice(t * columns, columns).CopyTo(new Span<float>(rows[t], columns));
        });
    }

    private static long PerChannelFloats(in SelectiveScanShape shape, in ScanPlan plan, int rows) =>
        shape.Batch * (plan.TableFloats / shape.States) * rows;

    private static long CoefficientFloats(in SelectiveScanShape shape, in ScanPlan plan, bool constant) =>
        constant ? PerChannelFloats(shape, plan, shape.States) : (long)plan.Items * shape.Length * shape.States;
}
