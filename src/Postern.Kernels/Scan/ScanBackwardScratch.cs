using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>What one thread needs for the gradient of a scan or of a pair: buffers [L, width] for each block of a line in scan
/// order, two [L, 4, width], reused for every four states, and the sums over channels of the gradients of B, C and low-rank
/// steps, kept for all blocks of an item. The scans of a pair share what one of them has used up before the other
/// begins.</summary>
internal readonly unsafe struct ScanBackwardScratch
{
    /// <summary>The width to which sums over channels are folded while they run.</summary>
    public const int Folds = 4;

    /// <summary>Buffers [L, width] that the scans of a pair share, and that each has for itself.</summary>
    private const int Shared = 7, Own = 2;

    private readonly SelectiveScanShape shape;
    private readonly int paddedRank;

    /// <param name="memory">As many floats as <see cref="Floats"/> says.</param>
    /// <param name="shape">The shape of the scan.</param>
    /// <param name="width">Floats of a register.</param>
    /// <param name="blocks">Blocks of a line.</param>
    /// <param name="scans">1, or 2 for a pair.</param>
    /// <param name="scan">Which of them.</param>
    public ScanBackwardScratch(float* memory, in SelectiveScanShape shape, int width, int blocks, int scans, int scan)
    {
        this.shape = shape;
        paddedRank = ScanCall.Padded(shape, width);
        Size = (nint)shape.Length * width;
        nint spacing = ScanCall.Spacing(shape, width);
        Apart = (Shared + scans * Own) * spacing;
        U = memory;
        Step = U + spacing;
        X = Step + spacing;
        GradStep = X + spacing;
        GradX = GradStep + spacing;
        StepSlope = GradX + spacing;
        GateSlope = StepSlope + spacing;
        G = memory + (Shared + scan * Own) * spacing;
        S = G + spacing;
        A = memory + blocks * Apart;
        H = A + ScanCall.Together * (Size + width);
        GradB = H + ScanCall.Together * Size + scan * TokenFloats(shape, width);
        GradC = GradB + shape.States * TokenSumStride;
        GradSteps = GradC + shape.States * TokenSumStride;
        Coefficients = GradSteps + (nint)shape.Length * paddedRank;
    }

    private ScanBackwardScratch(in ScanBackwardScratch first, nint to)
    {
        this = first;
        U += to;
        Step += to;
        X += to;
        GradStep += to;
        GradX += to;
        StepSlope += to;
        GateSlope += to;
        G += to;
        S += to;
    }

    /// <summary>The same for the block <paramref name="k"/> of the line.</summary>
    public ScanBackwardScratch OfBlock(int k) => new(this, k * Apart);

    /// <summary>
    /// The same from the token <paramref name="t"/> of the scan on, for so many tokens; the states in hand begin anew.
    /// </summary>
    public ScanBackwardScratch OfRun(int t, int tokens, int width) => new(this, (nint)t * width) { Size = (nint)tokens * width };

    /// <summary>From a buffer [L, width] of one block of the line to the next one's.</summary>
    public nint Apart { get; }

    /// <summary>L * width.</summary>
    public nint Size { get; private init; }

    /// <summary>u.</summary>
    public float* U { get; }

    /// <summary>delta'.</summary>
    public float* Step { get; }

    /// <summary>delta' u.</summary>
    public float* X { get; }

    /// <summary>The gradient of y before the gate.</summary>
    public float* G { get; }

    /// <summary>y before the gate.</summary>
    public float* S { get; }

    /// <summary>The gradient of delta' by way of the decay, over ln 2.</summary>
    public float* GradStep { get; }

    /// <summary>The gradient of delta' u.</summary>
    public float* GradX { get; }

    /// <summary>The derivative of softplus; nothing where there is none.</summary>
    public float* StepSlope { get; }

    /// <summary>The gradient of the gate for each unit of s; nothing where there is no gate.</summary>
    public float* GateSlope { get; }

    /// <summary>The decays of the states in hand.</summary>
    public float* A { get; }

    /// <summary>The states in hand; a row of zeros stands before the first.</summary>
    public float* H { get; }

    /// <summary>
    /// Sums for the gradient of per-token B: [L, 4, 4] for every four states together, [L, 4] for each that is left.
    /// </summary>
    public float* GradB { get; }

    /// <summary>Sums for the gradient of per-token C, likewise.</summary>
    public float* GradC { get; }

    /// <summary>Sums for the gradient of low-rank steps, [L, padded R].</summary>
    public float* GradSteps { get; }

    /// <summary>B and C of the sequence, as <see cref="ScanCall.Gather"/> leaves them.</summary>
    public float* Coefficients { get; }

    /// <summary>From one state's sums to the next one's.</summary>
    public nint TokenSumStride => (nint)shape.Length * Folds;

    /// <summary>The floats behind the instances of a scan or a pair.</summary>
    public static long Floats(in SelectiveScanShape shape, int width, int blocks, int scans) =>
        blocks * (Shared + scans * Own) * ScanCall.Spacing(shape, width) + (2L * shape.Length + 1) * ScanCall.Together * width
            + scans * TokenFloats(shape, width);

    /// <summary>Sets to zero what an item adds to, and the row before the first state.</summary>
    public void StartItem()
    {
        int row = ScanCall.Together * (int)(Size / shape.Length);
        new Span<float>(H - row, row).Clear();
        new Span<float>(GradB, checked((int)(2 * shape.States * TokenSumStride + (nint)shape.Length * paddedRank))).Clear();
    }

    /// <summary>Writes the sums over the channels of <paramref name="item"/>, tokens at their own places.</summary>
    public void FinishTokenSums(in ScanPartials partials, in SelectiveScanTensors gradients, int item)
    {
        if (!shape.ConstantB) Unfold(GradB, partials.OfTokens(partials.B, gradients.B, item, shape.States));
        if (!shape.ConstantC) Unfold(GradC, partials.OfTokens(partials.C, gradients.C, item, shape.States));
        if (shape.DtRank == 0) return;
        TokenRows steps = partials.OfTokens(partials.Steps, gradients.Delta, item, shape.DtRank);
        for (int t = 0; t < shape.Length; t++)
            new ReadOnlySpan<float>(GradSteps + (nint)t * paddedRank, shape.DtRank).CopyTo(new(steps[Token(t)], shape.DtRank));
    }

    private static nint TokenFloats(in SelectiveScanShape shape, int width) =>
        (2 * (nint)shape.States * Folds + ScanCall.Padded(shape, width)) * shape.Length + ScanCall.CoefficientFloats(shape);

    private int Token(int t) => shape.Reverse ? shape.Length - 1 - t : t;

    /// <summary>Adds the four columns of <paramref name="sums"/> and writes them as N numbers a token.</summary>
    [MethodImpl(Compile.Alone)]
    private void Unfold(float* sums, TokenRows rows)
    {
        for (int n = 0; n < shape.States;)
        {
            int together = ScanCall.UsedTogether(shape.States - n);
            for (int t = 0; t < shape.Length; t++)
            {
                float* row = rows[Token(t)] + n;
                for (int k = 0; k < together; k++, sums += Folds) row[k] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
            }
            n += together;
        }
    }
}
