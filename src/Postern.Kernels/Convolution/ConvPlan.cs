namespace Postern.Kernels;

/// <summary>
/// The fixed division of a convolution. Channels are cut into blocks, one register wide; a work item is a run of neighbouring
/// blocks of one sequence. Everything here follows from the shape and the width, never from the thread count.
/// </summary>
internal readonly struct ConvPlan
{
    /// <summary>
    /// Enough items to keep many threads busy; longer runs make better use of what one block fetches for the next.
    /// </summary>
    private const int WantedItems = 64;

    private readonly int width, channels, pieces;

    public ConvPlan(CausalConvShape shape, int width)
    {
        this.width = width;
        channels = shape.Channels;
        Blocks = (int)(((long)channels + width - 1) / width);
        pieces = Math.Min(Blocks, (WantedItems + shape.Batch - 1) / shape.Batch);
        Items = checked(shape.Batch * pieces);
    }

    /// <summary>All channel blocks of a sequence.</summary>
    public int Blocks { get; }

    /// <summary>All work items, sequence by sequence.</summary>
    public int Items { get; }

    /// <summary>The sequence of <paramref name="item"/> and its blocks [first, end).</summary>
    public (int Sequence, int First, int End) Of(int item)
    {
        long piece = item % pieces;
        return (item / pieces, (int)(piece * Blocks / pieces), (int)((piece + 1) * Blocks / pieces));
    }

    /// <summary>The first channel of <paramref name="block"/>.</summary>
    public int Channel(int block) => block * width;

    /// <summary>How many lanes of <paramref name="block"/> are channels.</summary>
    public int Live(int block) => Math.Min(width, channels - block * width);
}
