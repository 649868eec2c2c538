using System.Numerics;
using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>Rows whose length is no multiple of a register: loads and stores of the first lanes only, and their sums.</summary>
internal static unsafe class Lanes
{
    /// <summary>Reads the first <paramref name="live"/> lanes from <paramref name="address"/>; the others are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(float* address, int live) where V : unmanaged, IVector<V> =>
        live == V.Width ? V.Load(address) : LoadPart<V>(address, live);

    /// <summary>As <see cref="Load{V}"/>; all zero where there is no array (<paramref name="address"/> is null).</summary>
    public static V LoadOrZero<V>(float* address, nint offset, int live) where V : unmanaged, IVector<V> =>
        address == null ? V.Broadcast(0f) : Load<V>(address + offset, live);

    /// <summary>Writes the first <paramref name="live"/> lanes of <paramref name="value"/> to <paramref name="address"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V>(V value, float* address, int live) where V : unmanaged, IVector<V>
    {
        if (live == V.Width) value.Store(address);
        else StorePart(value, address, live);
    }

    /// <summary>Adds <paramref name="addend"/> to <paramref name="total"/>, element by element.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Add(ReadOnlySpan<float> addend, Span<float> total)
    {
        int i = 0;
        for (; i <= total.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(total[i..]) + new Vector<float>(addend[i..])).CopyTo(total[i..]);
        for (; i < total.Length; i++) total[i] += addend[i];
    }

    // Kept out of line: a local whose address is taken would cost the caller's registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V LoadPart<V>(float* address, int live) where V : unmanaged, IVector<V>
    {
        float* lanes = stackalloc float[V.Width];
        for (int i = 0; i < V.Width; i++) lanes[i] = i < live ? address[i] : 0f;
        return V.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart<V>(V value, float* address, int live) where V : unmanaged, IVector<V>
    {
        float* lanes = stackalloc float[V.Width];
        value.Store(lanes);
        for (int i = 0; i < live; i++) address[i] = lanes[i];
    }
}
