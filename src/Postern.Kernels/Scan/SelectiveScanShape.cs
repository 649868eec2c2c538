namespace Postern.Kernels;

/// <summary>The sizes and switches of a selective scan; see <see cref="SelectiveScan"/> for what they mean.</summary>
/// <param name="Batch">B: independent sequences.</param>
/// <param name="Length">L: tokens per sequence.</param>
/// <param name="Channels">D: channels per token, each scanned for itself.</param>
/// <param name="States">N: states per channel.</param>
public readonly record struct SelectiveScanShape(int Batch, int Length, int Channels, int States)
{
    /// <summary>G: runs of D / G neighbouring channels that share their per-token B and C; divides D.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>B is one matrix [D, N] for all tokens, rather than rows [B, L, G, N].</summary>
    public bool ConstantB { get; init; }

    /// <summary>C is one matrix [D, N] for all tokens, rather than rows [B, L, G, N].</summary>
    public bool ConstantC { get; init; }

    /// <summary>The step is softplus(delta + bias) rather than delta + bias.</summary>
    public bool DeltaSoftplus { get; init; }

    /// <summary>The scan runs from the last token to the first. Every output still stands at its own token, so this is
    /// flip, scan, flip without the flips.</summary>
    public bool Reverse { get; init; }

    /// <summary>
    /// R, where the steps come as a product of low rank: delta is W_step times R numbers a token; 0 where delta is given itself.
    /// </summary>
    public int DtRank { get; init; }

    /// <summary>
    /// W, where the state is set to zero before the tokens 0, W, 2 W, ... in the order of the scan; 0 where it never is.
    /// </summary>
    public int Window { get; init; }

    /// <summary>Tokens from one zero state to the next, at most L.</summary>
    internal int Run => Window == 0 ? Length : Math.Min(Window, Length);

    /// <summary>What a pair of scans is multiplied by: their mean.</summary>
    internal const float PairScale = 0.5f;

    /// <summary>Channels of one group, D / G.</summary>
    internal int GroupChannels => Channels / Groups;

    /// <summary>This shape for the first (0) or second (1) scan of a pair: the second runs the other way.</summary>
    internal SelectiveScanShape OfPair(int scan) => this with { Reverse = Reverse != (scan == 1) };

    /// <exception cref="ArgumentException">A size is not positive, or the groups do not divide the channels.</exception>
    internal void Validate()
    {
        if (Batch < 1 || Length < 1 || Channels < 1 || States < 1 || Groups < 1 || DtRank < 0 || Window < 0)
            throw new ArgumentException(
                $"selective scan of {this}: every size has to be at least 1, the rank of the steps and the window at least 0");
        if (Channels % Groups != 0)
            throw new ArgumentException($"selective scan of {this}: {Groups} groups do not divide {Channels} channels");
        if (DtRank > 0 && Groups > 1)
            throw new ArgumentException($"selective scan of {this}: steps of low rank need a single group");
    }
}
