using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>One call of the scan: its arguments, its plan, and the parameters of the channels laid out for registers,
/// [blocks, N, width] with zeros in the lanes that are no channels.</summary>
internal unsafe struct ScanCall
{
    /// <summary>How many states the loops take at a time, while so many are left.</summary>
    public const int Together = 4;

    private const float Log2E = 1.44269504f;

    public SelectiveScanShape Shape;
    public SelectiveScanTensors Inputs;
    public ScanPlan Plan;
    public int Width;

    /// <summary>A * log2(e), so that exp(step * A) is a power of two.</summary>
    public float* Decay;

    /// <summary>The weight of the steps by channel blocks, [blocks, R, width].</summary>
    public float* StepColumns;

    /// <summary>The weight of the steps by channels, [blocks, width, <see cref="PaddedRank"/>].</summary>
    public float* StepRows;

    private float* constantB;
    private float* constantC;

    /// <summary>R rounded up to whole registers.</summary>
    public readonly int PaddedRank => Padded(Shape, Width);

    /// <summary>R of <paramref name="shape"/> rounded up to whole registers.</summary>
    public static int Padded(in SelectiveScanShape shape, int width) => (shape.DtRank + width - 1) / width * width;

    /// <summary>
    /// From one buffer [L, width] to the next, in floats. Buffers whose addresses differ by about a multiple of 4096 bytes would
    /// make loads from one wait for stores to the other.
    /// </summary>
    public static nint Spacing(in SelectiveScanShape shape, int width)
    {
        const int page = 4096 / sizeof(float), apart = 5 * 64 / sizeof(float);
        return ((nint)shape.Length * width + page - 1) / page * page + apart;
    }

    /// <summary>The floats that <see cref="Prepare"/> fills.</summary>
    public static long TableFloats(in SelectiveScanShape shape, in ScanPlan plan, int width) =>
        plan.TableFloats * (1 + (shape.ConstantB ? 1 : 0) + (shape.ConstantC ? 1 : 0))
        + (long)plan.Blocks * width * (shape.DtRank + Padded(shape, width));

    /// <summary>
    /// Lays the parameters out at <paramref name="tables"/>, which is as long as <see cref="TableFloats"/> says.
    /// </summary>
    public static ScanCall Prepare(
        SelectiveScanShape shape, in SelectiveScanTensors inputs, ScanPlan plan, int width, float* tables)
    {
        var call = new ScanCall { Shape = shape, Inputs = inputs, Plan = plan, Width = width };
        call.Decay = call.Pack(inputs.A.Start, shape.States, Log2E, ref tables);
        if (shape.ConstantB) call.constantB = call.Pack(inputs.B.Start, shape.States, 1f, ref tables);
        if (shape.ConstantC) call.constantC = call.Pack(inputs.C.Start, shape.States, 1f, ref tables);
        if (shape.DtRank == 0) return call;
        call.StepColumns = call.Pack(inputs.DtWeight.Start, shape.DtRank, 1f, ref tables);
        call.StepRows = tables;
        for (int block = 0; block < plan.Blocks; block++)
        {
            for (int lane = 0; lane < width; lane++, tables += call.PaddedRank)
            {
                new Span<float>(tables, call.PaddedRank).Clear();
                if (lane >= plan.Live(block)) continue;
                new ReadOnlySpan<float>(inputs.DtWeight.Start + ((long)plan.Channel(block) + lane) * shape.DtRank, shape.DtRank)
                    .CopyTo(new(tables, shape.DtRank));
            }
        }
        return call;
    }

    /// <summary>How many of the <paramref name="left"/> states are used next.</summary>
    public static int UsedTogether(int left) => left >= Together ? Together : 1;

    /// <summary>Floats of a sequence's gathered B and C.</summary>
    public static nint CoefficientFloats(in SelectiveScanShape shape) => 2 * (nint)shape.Length * shape.States;

    /// <summary>Gathers B and C of a group of a sequence, as far as tokens have them.</summary>
    public readonly void Gather(int batch, int group, float* coefficients)
    {
        long column = (long)group * Shape.States;
        if (!Shape.ConstantB) ScanCoefficient.Gather(Sequence(Inputs.B, batch, column), Shape.Length, Shape.States, coefficients);
        if (!Shape.ConstantC)
            ScanCoefficient.Gather(Sequence(Inputs.C, batch, column), Shape.Length, Shape.States,
                coefficients + CoefficientFloats(Shape) / 2);
    }

    /// <summary>Where B of a block lies, given what <see cref="Gather"/> left.</summary>
    public readonly ScanCoefficient B(int block, float* coefficients) => Coefficient(constantB, block, coefficients);

    /// <summary>Where C of a block lies.</summary>
    public readonly ScanCoefficient C(int block, float* coefficients) =>
        Coefficient(constantC, block, coefficients + CoefficientFloats(Shape) / 2);

    /// <summary>The rows of the sequence <paramref name="batch"/> in scan order, from <paramref name="column"/> on.</summary>
    public readonly TokenRows Sequence(TokenRows rows, int batch, long column) =>
        rows.Sequence(batch, Shape.Length, Shape.Reverse, column);

    /// <summary>Rows of step sizes or of their gradients, as <see cref="Sequence"/> gives them; with a step rank they are the
    /// dense buffer [L, width] <paramref name="ofBlock"/>.</summary>
    public readonly TokenRows Deltas(TokenRows rows, int batch, long column, float* ofBlock) =>
        Shape.DtRank > 0 ? new TokenRows(ofBlock, Width) : Sequence(rows, batch, column);

    private readonly ScanCoefficient Coefficient(float* table, int block, float* gathered) => table != null
        ? new ScanCoefficient(table + (long)block * Shape.States * Width, Width, perChannel: true)
        : new ScanCoefficient(gathered, Shape.Length, perChannel: false);

    [MethodImpl(Compile.Alone)]
    private readonly float* Pack(float* source, int rows, float scale, ref float* tables)
    {
        float* table = tables;
        for (int block = 0; block < Plan.Blocks; block++)
        {
            int live = Plan.Live(block);
            float* channels = source + (long)Plan.Channel(block) * rows;
            for (int n = 0; n < rows; n++)
            {
                for (int lane = 0; lane < Width; lane++)
                    *tables++ = lane < live ? scale * channels[(long)lane * rows + n] : 0f;
            }
        }

        return table;
    }
}
