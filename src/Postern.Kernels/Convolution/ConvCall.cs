using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// One call of the convolution as its loops see it: tokens are walked in the order in which the first direction looks back. Of
/// two directions that is the order of the sequence, and the second one looks ahead; one that looks ahead alone is walked from
/// the last token.
/// </summary>
internal readonly unsafe struct ConvCall(
    CausalConvShape shape, TokenRows x, TokenRows gradX, in CausalConvDirection back, in CausalConvDirection ahead)
{
    /// <summary>The parameters of a direction and block, a register each: the taps of the token itself and of those one, two and
    /// three away, and the bias.</summary>
    public const int Rows = CausalConvShape.LongestKernel + 1;

    /// <summary>How many tokens the loops are ahead of the outputs that look ahead, and of the gradient of x.</summary>
    public const int Delay = CausalConvShape.LongestKernel - 1;

    private readonly CausalConvDirection first = back.Exists ? back : ahead, second = ahead;
    private readonly bool reverse = !back.Exists;

    public CausalConvShape Shape { get; } = shape;

    public TokenRows X { get; } = x;

    public TokenRows GradX { get; } = gradX;

    public bool Both { get; } = back.Exists && ahead.Exists;

    public int Directions => Both ? 2 : 1;

    /// <summary>The direction that looks back on the walk (0), or the one that looks ahead (1).</summary>
    public CausalConvDirection Direction(int i) => i == 0 ? first : second;

    /// <summary>The walk of the block that begins at <paramref name="channel"/> over the rows of a sequence. Inlined, because a
    /// pointer that lives across a call is left in memory for the whole loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowWalk<T> Walk<T>(TokenRows rows, int sequence, int channel) where T : unmanaged
    {
        if (!rows.Exists) return default;
        long first = (long)sequence * Shape.Length + (reverse ? Shape.Length - 1 : 0);
        return new RowWalk<T>((T*)rows.Address + first * rows.Stride + channel, (nint)(reverse ? -rows.Stride : rows.Stride));
    }

    /// <summary>The floats of a table [blocks, directions, <see cref="Rows"/>, width].</summary>
    public long TableFloats(in ConvPlan plan, int width) => (long)plan.Blocks * Directions * Rows * width;

    /// <summary>
    /// Lays the parameters out as such a table. Lanes that are no channels and taps that a kernel is too short for are zero.
    /// </summary>
    [MethodImpl(Compile.Alone)]
    public void Pack(in ConvPlan plan, int width, float* table)
    {
        int kernel = Shape.Kernel;
        for (int block = 0; block < plan.Blocks; block++)
        {
            int channel = plan.Channel(block), live = plan.Live(block);
            for (int i = 0; i < Directions; i++, table += Rows * width)
            {
                float* weight = Direction(i).Weight.Start + (long)channel * kernel, bias = Direction(i).Bias.Start + channel;
                for (int lane = 0; lane < width; lane++)
                {
                    for (int away = 0; away < Rows - 1; away++)
                        table[away * width + lane] = lane < live && away < kernel
                            ? weight[(long)lane * kernel + kernel - 1 - away] : 0f;
                    table[(Rows - 1) * width + lane] = lane < live ? bias[lane] : 0f;
                }
            }
        }
    }

    /// <summary>The inverse of <see cref="Pack"/> for one block of gradients, [directions, <see cref="Rows"/>, width].</summary>
    [MethodImpl(Compile.Alone)]
    public void Unpack(in ConvPlan plan, int width, int block, float* sums)
    {
        int kernel = Shape.Kernel, channel = plan.Channel(block), live = plan.Live(block);
        for (int i = 0; i < Directions; i++, sums += Rows * width)
        {
            float* weight = Direction(i).GradWeight.Start + (long)channel * kernel, bias = Direction(i).GradBias.Start + channel;
            for (int lane = 0; lane < live; lane++)
            {
                for (int away = 0; away < kernel; away++)
                    weight[(long)lane * kernel + kernel - 1 - away] = sums[away * width + lane];
                bias[lane] = sums[(Rows - 1) * width + lane];
            }
        }
    }
}
