using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>What one thread needs for the gradient of a scan: eight buffers [L, width] of one block in scan order, reused for every
/// state, and the sums over channels of the gradients of B and C, [N, L, 4], kept for all blocks of an item.</summary>
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
        A = GradX + Size;
        H = A + Size + width;
        new Span<float>(H - width, width).Clear();
        GradB = H + Size;
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

    /// <summary>The decay of one state.</summary>
    public float* A { get; }

    /// <summary>One state; a row of zeros stands before the first.</summary>
    public float* H { get; }

    /// <summary>Sums for the gradient of per-token B: [N, L, 4].</summary>
    public float* GradB { get; }

    /// <summary>Sums for the gradient of per-token C: [N, L, 4].</summary>
    public float* GradC { get; }

    /// <summary>From one state's sums to the next one's.</summary>
    public nint TokenSumStride => (nint)shape.Length * Folds;

    /// <summary>The floats behind one instance.</summary>
    public static long Floats(in SelectiveScanShape shape, int width) =>
        (8L * shape.Length + 1) * width + 2L * shape.States * shape.Length * Folds;

    /// <summary>Starts the sums of an item.</summary>
    public void ClearTokenSums() => new Span<float>(GradB, checked((int)(2 * shape.States * TokenSumStride))).Clear();

    /// <summary>Adds the four columns of <paramref name="sums"/> and writes them as [L, N], tokens at their own places.</summary>
    [MethodImpl(Compile.Alone)]
    public void FinishTokenSums(float* sums, float* rows)
    {
        for (int n = 0; n < shape.States; n++)
        {
            for (int t = 0; t < shape.Length; t++, sums += Folds)
            {
                int token = shape.Reverse ? shape.Length - 1 - t : t;
                rows[(long)token * shape.States + n] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
            }
        }
    }
}
