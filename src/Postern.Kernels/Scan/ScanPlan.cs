namespace Postern.Kernels;

/// <summary>
/// The fixed division of a scan. Channels are cut into blocks, one register wide, none across two groups; a work item is a run
/// of blocks of one group in one sequence. Everything here follows from the shape and the width, never from the thread count.
/// </summary>
internal readonly struct ScanPlan
{
    /// <summary>Enough items to keep many threads busy; more would only make more partial sums.</summary>
    private const int WantedItems = 32;

    private readonly SelectiveScanShape shape;
    private readonly int blocksPerGroup;
    private readonly int width;

    public ScanPlan(SelectiveScanShape shape, int width)
    {
        this.shape = shape;
        this.width = width;
        blocksPerGroup = (shape.GroupChannels + width - 1) / width;
        long sequences = (long)shape.Batch * shape.Groups;
        Pieces = (int)Math.Min(blocksPerGroup, (WantedItems + sequences - 1) / sequences);
    }

    /// <summary>Work items that share one group of one sequence.</summary>
    public int Pieces { get; }

    /// <summary>All work items: B * G * <see cref="Pieces"/>, in that order.</summary>
    public int Items => checked(shape.Batch * shape.Groups * Pieces);

    /// <summary>All channel blocks, group by group.</summary>
    public int Blocks => shape.Groups * blocksPerGroup;

    /// <summary>The floats of a table [blocks, N, width].</summary>
    public long TableFloats => (long)Blocks * shape.States * width;

    /// <summary>The sequence that <paramref name="item"/> belongs to.</summary>
    public int Sequence(int item) => item / (shape.Groups * Pieces);

    /// <summary>The group that <paramref name="item"/> belongs to.</summary>
    public int Group(int item) => item / Pieces % shape.Groups;

    /// <summary>The blocks [first, end) of <paramref name="item"/>.</summary>
    public (int First, int End) BlocksOf(int item)
    {
        long piece = item % Pieces;
        int start = Group(item) * blocksPerGroup;
        return (start + (int)(piece * blocksPerGroup / Pieces), start + (int)((piece + 1) * blocksPerGroup / Pieces));
    }

    /// <summary>The first channel of <paramref name="block"/>.</summary>
    public int Channel(int block) => block / blocksPerGroup * shape.GroupChannels + block % blocksPerGroup * width;

    /// <summary>How many lanes of <paramref name="block"/> are channels.</summary>
    public int Live(int block) => Math.Min(width, shape.GroupChannels - block % blocksPerGroup * width);
}
