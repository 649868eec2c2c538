using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>What one thread needs for the gradient of a scan: eight buffers [L, width] of one block in scan order and two [L, 4, width],
/// reused for every four states, and the sums over channels of the gradients of B and C, kept for all blocks of an item.</summary>
internal readonly unsafe struct ScanBackwardScratch
{
    /// <summary>The width to which sums over channels are folded while they run.</summary>
    public const int Folds = 4;

    private readonly SelectiveScanShape shape;

    public ScanBackwardScratch(float* memory, in SelectiveScanShape shape, int width)
    {
        this.shape = shape;
        Size = (nint)shape.Length * width;
        Step = memory;
        X = Step + Size;
        G = X + Size;
        S = G + Size;
        GradStep = S + Size;
        GradX = GradStep + Size;
        StepSlope = GradX + Size;
        Sigmoid = StepSlope + Size;
        A = Sigmoid + Size;
        H = A + ScanCall.Together * (Size + width);
        new Span<float>(H - ScanCall.Together * width, ScanCall.Together * width).Clear();
        GradB = H + ScanCall.Together * Size;
        GradC = GradB + shape.States * TokenSumStride;
    }

    /// <summary>L * width.</summary>
    public nint Size { get; }

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

    /// <summary>The gate's sigmoid; nothing where there is no gate.</summary>
    public float* Sigmoid { get; }

    /// <summary>The decays of the states in hand.</summary>
    public float* A { get; }

    /// <summary>The states in hand; a row of zeros stands before the first.</summary>
    public float* H { get; }

    /// <summary>Sums for the gradient of per-token B: [L, 4, 4] for every four states together, [L, 4] for each that is left.</summary>
    public float* GradB { get; }

    /// <summary>Sums for the gradient of per-token C, likewise.</summary>
    public float* GradC { get; }

    /// <summary>From one state's sums to the next one's.</summary>
    public nint TokenSumStride => (nint)shape.Length * Folds;

    /// <summary>The floats behind one instance.</summary>
    public static long Floats(in SelectiveScanShape shape, int width) =>
        ((8L + 2 * ScanCall.Together) * shape.Length + ScanCall.Together) * width + 2L * shape.States * shape.Length * Folds;

    /// <summary>Starts the sums of an item.</summary>
    public void ClearTokenSums() => new Span<float>(GradB, checked((int)(2 * shape.States * TokenSumStride))).Clear();

    /// <summary>Adds the four columns of <paramref name="sums"/> and writes them as [L, N], tokens at their own places.</summary>
    [MethodImpl(Compile.Alone)]
    public void FinishTokenSums(float* sums, float* rows)
    {
        for (int n = 0; n < shape.States;)
        {
            int together = shape.States - n >= ScanCall.Together ? ScanCall.Together : 1;
            for (int t = 0; t < shape.Length; t++)
            {
                int token = shape.Reverse ? shape.Length - 1 - t : t;
                float* row = rows + (long)token * shape.States + n;
                for (int k = 0; k < together; k++, sums += Folds) row[k] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
            }
            n += together;
        }
    }
}
