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

    /// <summary>y is multiplied by this at last.</summary>
    public float Scale { get; init; } = 1f;

    /// <summary>The second scan of a pair that shares a gate: what y holds is added to this scan's before gate and scale, and the gradient of z to
    /// what is there already.</summary>
    public bool Accumulate { get; init; }

    /// <summary>Channels of one group, D / G.</summary>
    internal int GroupChannels => Channels / Groups;

    /// <exception cref="ArgumentException">A size is not positive, or the groups do not divide the channels.</exception>
    internal void Validate()
    {
        if (Batch < 1 || Length < 1 || Channels < 1 || States < 1 || Groups < 1)
            throw new ArgumentException($"selective scan of {this}: every size has to be at least 1");
        if (Channels % Groups != 0)
            throw new ArgumentException($"selective scan of {this}: {Groups} groups do not divide {Channels} channels");
    }
}
