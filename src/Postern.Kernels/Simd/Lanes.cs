using System.Numerics;
using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>Rows whose length is no multiple of a register: loads and stores of the first lanes only, and their sums.</summary>
internal static unsafe class Lanes
{
    /// <summary>Reads the first <paramref name="live"/> lanes from <paramref name="address"/>; the others are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(float* address, int live) where V : unmanaged, IVector<V> =>
        live == V.Width ? V.Load(address) : PartRow.Load<V, float>(address, live);

    /// <summary>As <see cref="Load{V}"/>; all zero where there is no array (<paramref name="address"/> is null).</summary>
    public static V LoadOrZero<V>(float* address, nint offset, int live) where V : unmanaged, IVector<V> =>
        address == null ? V.Broadcast(0f) : Load<V>(address + offset, live);

    /// <summary>
    /// Writes the first <paramref name="live"/> lanes of <paramref name="value"/> to <paramref name="address"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V>(V value, float* address, int live) where V : unmanaged, IVector<V>
    {
        if (live == V.Width) value.Store(address);
        else PartRow.Store(value, address, live);
    }

    /// <summary>The sum of what <c>AddFolded</c> leaves in four places.</summary>
    public static float Sum(float* four) => (four[0] + four[1]) + (four[2] + four[3]);

    /// <summary>Adds <paramref name="addend"/> to <paramref name="total"/>, element by element.</summary>
    [MethodImpl(Compile.Alone)]
    public static void Add(ReadOnlySpan<float> addend, Span<float> total)
    {
        int i = 0;
        for (; i <= total.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(total[i..]) + new Vector<float>(addend[i..])).CopyTo(total[i..]);
        for (; i < total.Length; i++) total[i] += addend[i];
    }
}
