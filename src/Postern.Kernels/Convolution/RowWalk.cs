using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>One block of channels on its way over the tokens of a sequence.</summary>
/// <param name="start">The block's first channel of the token that the walk starts at; null says that there is no tensor.</param>
/// <param name="toNext">The distance to the token that comes next, in elements.</param>
internal unsafe struct RowWalk<T>(T* start, nint toNext) where T : unmanaged
{
    private readonly nint toNext = toNext;
    private T* at = start;

    /// <summary>Reads the token's channels and goes on to the next one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Read<V, TRow>(int live) where V : unmanaged, IVector<V> where TRow : struct, IRowKind
    {
        V value = TRow.Load<V, T>(at, live);
        CacheLine.FetchNear(at + CacheLine.RowsAhead * toNext);
        at += toNext;
        return value;
    }

    /// <summary>Writes the token's channels and goes on to the next one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<V, TRow>(V value, int live) where V : unmanaged, IVector<V> where TRow : struct, IRowKind
    {
        TRow.Store(value, at, live);
        CacheLine.FetchNear(at + CacheLine.RowsAhead * toNext);
        at += toNext;
    }
}
