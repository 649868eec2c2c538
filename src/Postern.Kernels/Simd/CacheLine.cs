using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Postern.Kernels;

/// <summary>Asks for memory before it is needed.</summary>
internal static unsafe class CacheLine
{
    /// <summary>Its size, where it is not larger.</summary>
    public const int Bytes = 64;

    /// <summary>
    /// How many rows ahead a loop over rows asks: what it does with one takes some ten nanoseconds, and memory a hundred.
    /// </summary>
    public const int RowsAhead = 8;

    /// <summary>
    /// Brings the line of <paramref name="address"/> into the second-level cache; nothing where there is no such instruction.
    /// Kernels read one line of each token's row, rows apart, which the hardware does not foresee.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch1(address);
    }

    /// <summary>As <see cref="Fetch"/>, into the first-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchNear(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
