namespace Postern.Kernels;

/// <summary>
/// Adjacent blocks of channels whose elements of a row share a cache line. Rows are read and written for all of them at once: the
/// rows of a sequence are a power of two apart as often as not, so that few of their lines fit in a cache, and one that is left
/// half used is gone when the next block comes.
/// </summary>
internal readonly unsafe struct ScanLine
{
    private readonly int width, lastLive;

    /// <param name="plan">The plan of the scan.</param>
    /// <param name="width">Floats of a register.</param>
    /// <param name="block">The first block.</param>
    /// <param name="wanted">Blocks that a line has room for.</param>
    /// <param name="end">The end of the item's blocks.</param>
    public ScanLine(in ScanPlan plan, int width, int block, int wanted, int end)
    {
        (this.width, Block, Blocks, More) = (width, block, Math.Min(wanted, end - block), block + wanted < end);
        Channel = plan.Channel(block);
        lastLive = plan.Live(block + Blocks - 1);
    }

    /// <summary>The first block.</summary>
    public int Block { get; }

    /// <summary>How many there are.</summary>
    public int Blocks { get; }

    /// <summary>Whether the item has more lines.</summary>
    public bool More { get; }

    /// <summary>The first channel.</summary>
    public int Channel { get; }

    /// <summary>The first channel of the next line, if there are <see cref="More"/>.</summary>
    public int NextChannel => Channel + Blocks * width;

    /// <summary>Whether all lanes are channels.</summary>
    public bool Whole => lastLive == width;

    /// <summary>How many lanes of the block <paramref name="k"/> of the line are channels.</summary>
    public int Live(int k) => k < Blocks - 1 ? width : lastLive;

    /// <summary>How many blocks of rows of <typeparamref name="T"/> a line has room for.</summary>
    public static int RoomFor<T>(int width) where T : unmanaged => Math.Max(1, CacheLine.Bytes / (width * sizeof(T)));

    /// <summary>
    /// Copies what the line's channels have of a parameter, [blocks, width]; zeros in lanes that are no channels, and where there
    /// is no parameter.
    /// </summary>
    public void CopyOf<V>(float* parameter, float* to) where V : unmanaged, IVector<V>
    {
        for (int k = 0; k < Blocks; k++) Lanes.LoadOrZero<V>(parameter, Channel + k * V.Width, Live(k)).Store(to + k * V.Width);
    }
}
