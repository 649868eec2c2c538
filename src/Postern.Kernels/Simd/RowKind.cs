using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// How a register's worth of a row is read and written. A type of its own for whole registers, so that loops over them have no call in them: around
/// one, every register would be spilled.
/// </summary>
internal unsafe interface IRowKind
{
    /// <summary>Reads the first <paramref name="live"/> lanes from <paramref name="address"/>; the others are zero.</summary>
    static abstract V Load<V>(float* address, int live) where V : unmanaged, IVector<V>;

    /// <summary>Writes the first <paramref name="live"/> lanes of <paramref name="value"/> to <paramref name="address"/>.</summary>
    static abstract void Store<V>(V value, float* address, int live) where V : unmanaged, IVector<V>;
}

/// <summary>All lanes are live.</summary>
internal readonly unsafe struct WholeRow : IRowKind
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(float* address, int live) where V : unmanaged, IVector<V> => V.Load(address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V>(V value, float* address, int live) where V : unmanaged, IVector<V> => value.Store(address);
}

/// <summary>The end of a row whose length is no multiple of a register.</summary>
internal readonly unsafe struct PartRow : IRowKind
{
    /// <inheritdoc/>
    public static V Load<V>(float* address, int live) where V : unmanaged, IVector<V> => Lanes.Load<V>(address, live);

    /// <inheritdoc/>
    public static void Store<V>(V value, float* address, int live) where V : unmanaged, IVector<V> => Lanes.Store(value, address, live);
}
