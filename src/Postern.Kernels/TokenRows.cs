namespace Postern.Kernels;

/// <summary>
/// A matrix of tokens in memory that the caller keeps alive: row (b, t) of [B, L, *] starts at
/// <see cref="Start"/> + (b * L + t) * <see cref="Stride"/>. A slice of wider rows is the same start moved and the same stride.
/// </summary>
/// <param name="start">The first element of the first token; null says that there is no such tensor.</param>
/// <param name="stride">The distance from a token to the next, in elements.</param>
public readonly unsafe struct TokenRows(float* start, long stride)
{
    /// <summary>The first element of the first token.</summary>
    public float* Start { get; } = start;

    /// <summary>The distance from a token to the next, in elements.</summary>
    public long Stride { get; } = stride;

    /// <summary>Whether there is a tensor.</summary>
    public bool Exists => Start != null;

    /// <summary>The rows of one sequence in the order of a scan: from the last token backwards when
    /// <paramref name="reverse"/> is set. Column <paramref name="column"/> comes first.</summary>
    internal TokenRows Sequence(int batch, int length, bool reverse, long column)
    {
        if (!Exists) return this;
        long first = (long)batch * length + (reverse ? length - 1 : 0);
        return new TokenRows(Start + first * Stride + column, reverse ? -Stride : Stride);
    }

    /// <summary>The row of token <paramref name="t"/>.</summary>
    internal float* this[int t] => Start + t * Stride;
}
