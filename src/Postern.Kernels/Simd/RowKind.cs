using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// How a register's worth of a row is read and written. A type of its own for whole registers, so that loops over them have no
/// call in them: around one, every register would be spilled.
/// </summary>
internal unsafe interface IRowKind
{
    /// <summary>Reads the first <paramref name="live"/> lanes from <paramref name="address"/>; the others are zero.</summary>
    static abstract V Load<V, T>(T* address, int live) where V : unmanaged, IVector<V> where T : unmanaged;

    /// <summary>
    /// Writes the first <paramref name="live"/> lanes of <paramref name="value"/> to <paramref name="address"/>.
    /// </summary>
    static abstract void Store<V, T>(V value, T* address, int live) where V : unmanaged, IVector<V> where T : unmanaged;
}

/// <summary>All lanes are live.</summary>
internal readonly unsafe struct WholeRow : IRowKind
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* address, int live) where V : unmanaged, IVector<V> where T : unmanaged =>
        typeof(T) == typeof(float) ? V.Load((float*)address) : V.Load((BFloat16*)address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, T* address, int live) where V : unmanaged, IVector<V> where T : unmanaged
    {
        if (typeof(T) == typeof(float)) value.Store((float*)address);
        else value.Store((BFloat16*)address);
    }
}

/// <summary>The end of a row whose length is no multiple of a register.</summary>
internal readonly unsafe struct PartRow : IRowKind
{
    // Out of line: a local whose address is taken would cost the caller's registers.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Load<V, T>(T* address, int live) where V : unmanaged, IVector<V> where T : unmanaged
    {
        float* lanes = stackalloc float[V.Width];
        for (int i = 0; i < V.Width; i++)
            lanes[i] = i >= live ? 0f : typeof(T) == typeof(float) ? ((float*)address)[i] : ((BFloat16*)address)[i].AsFloat32;
        return V.Load(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store<V, T>(V value, T* address, int live) where V : unmanaged, IVector<V> where T : unmanaged
    {
        float* lanes = stackalloc float[V.Width];
        value.Store(lanes);
        for (int i = 0; i < live; i++)
        {
            if (typeof(T) == typeof(float)) ((float*)address)[i] = lanes[i];
            else ((BFloat16*)address)[i] = BFloat16.From(lanes[i]);
        }
    }
}
