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
        DtWeight = Steps + (long)call.Plan.Items * call.Shape.Length * call.Shape.DtRank;
    }

    public float* A { get; }

    public float* B { get; }

    public float* C { get; }

    public float* D { get; }

    public float* DeltaBias { get; }

    /// <summary>Of low-rank steps.</summary>
    public float* Steps { get; }

    public float* DtWeight { get; }

    /// <summary>The floats behind one instance.</summary>
    public static long Floats(in SelectiveScanShape shape, in ScanPlan plan) =>
        PerChannelFloats(shape, plan, shape.States) + 2 * PerChannelFloats(shape, plan, 1)
        + CoefficientFloats(shape, plan, shape.ConstantB) + CoefficientFloats(shape, plan, shape.ConstantC)
        + (long)plan.Items * shape.Length * shape.DtRank + PerChannelFloats(shape, plan, shape.DtRank);

    /// <summary>The part of a per-channel sum that one block of one sequence owns: [rows, width].</summary>
    public float* OfBlock(float* partial, int batch, int block, int rows) =>
        partial + ((long)batch * call.Plan.Blocks + block) * rows * call.Width;

    /// <summary>
    /// The part of a per-token sum that one item owns: [L, <paramref name="columns"/>], tokens at their own places.
    /// </summary>
    private float* OfItem(float* partial, int item, int columns) => partial + (long)item * call.Shape.Length * columns;

    /// <summary>
    /// Where one item's sums over channels go: its own part, or the gradient itself where no other item has a share in it.
    /// </summary>
    /// <param name="partial">The parts of all items.</param>
    /// <param name="gradient">The gradient, [B, L, G, <paramref name="columns"/>].</param>
    /// <param name="item">The item.</param>
    /// <param name="columns">Sums of a token.</param>
    public TokenRows OfTokens(float* partial, TokenRows gradient, int item, int columns) => call.Plan.Pieces > 1
        ? new TokenRows(OfItem(partial, item, columns), columns)
        : gradient.Sequence(call.Plan.Sequence(item), call.Shape.Length, reverse: false, (long)call.Plan.Group(item) * columns);

    /// <summary>
    /// Adds up everything that items left behind and writes the gradients of a scan's or a pair's parameters and coefficients.
    /// </summary>
    public static void Reduce(ScanPartials[] scans, SelectiveScanTensors[] gradients)
    {
        (SelectiveScanShape shape, ScanPlan plan) = (scans[0].call.Shape, scans[0].call.Plan);
        int blocks = plan.Blocks, sequences = shape.Batch * shape.Groups, rows = Math.Max(shape.States, shape.DtRank);
        KernelThreads.Run(scans.Length * blocks, rows * scans[0].call.Width,
            (item, sum) => scans[item / blocks].SumBlocks(item % blocks, sum, gradients[item / blocks]));
        if (plan.Pieces == 1) return;
        KernelThreads.Run(scans.Length * sequences, (long)shape.Length * rows,
            (item, sum) => scans[item / sequences].SumTokens(item % sequences, sum, gradients[item / sequences]));
    }

    /// <summary>What belongs to the channels of <paramref name="block"/>.</summary>
    private void SumBlocks(int block, float* sum, in SelectiveScanTensors gradients)
    {
        int states = call.Shape.States, rank = call.Shape.DtRank;
        SumBlock(A, states, block, sum, gradients.A.Start);
        if (gradients.D.Exists) SumBlock(D, 1, block, sum, gradients.D.Start);
        if (gradients.DeltaBias.Exists) SumBlock(DeltaBias, 1, block, sum, gradients.DeltaBias.Start);
        if (call.Shape.ConstantB) SumBlock(B, states, block, sum, gradients.B.Start);
        if (call.Shape.ConstantC) SumBlock(C, states, block, sum, gradients.C.Start);
        if (rank > 0) SumBlock(DtWeight, rank, block, sum, gradients.DtWeight.Start);
    }

    /// <summary>What belongs to the tokens of a group of a sequence.</summary>
    private void SumTokens(int sequenceGroup, float* sum, in SelectiveScanTensors gradients)
    {
        int states = call.Shape.States, rank = call.Shape.DtRank;
        if (!call.Shape.ConstantB) SumPieces(B, states, sequenceGroup, sum, gradients.B);
        if (!call.Shape.ConstantC) SumPieces(C, states, sequenceGroup, sum, gradients.C);
        if (rank > 0) SumPieces(Steps, rank, sequenceGroup, sum, gradients.Delta);
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

    private void SumPieces(float* partial, int columns, int sequenceGroup, float* sum, TokenRows gradient)
    {
        int length = call.Shape.Length, groups = call.Shape.Groups, pieces = call.Plan.Pieces;
        var total = new Span<float>(sum, length * columns);
        total.Clear();
        for (int piece = 0; piece < pieces; piece++)
            Lanes.Add(new ReadOnlySpan<float>(OfItem(partial, sequenceGroup * pieces + piece, columns), total.Length), total);
        TokenRows rows =
            gradient.Sequence(sequenceGroup / groups, length, reverse: false, (long)(sequenceGroup % groups) * columns);
        for (int t = 0; t < length; t++) total.Slice(t * columns, columns).CopyTo(new Span<float>(rows[t], columns));
    }

    private static long PerChannelFloats(in SelectiveScanShape shape, in ScanPlan plan, int rows) =>
        shape.Batch * (plan.TableFloats / shape.States) * rows;

    private static long CoefficientFloats(in SelectiveScanShape shape, in ScanPlan plan, bool constant) =>
        constant ? PerChannelFloats(shape, plan, shape.States) : (long)plan.Items * shape.Length * shape.States;
}
