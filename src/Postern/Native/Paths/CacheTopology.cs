using System.Runtime.Intrinsics.X86;

namespace Postern.Native.Paths;

/// <summary>What the processor says of its caches where oneDNN asks it.</summary>
internal static class CacheTopology
{
    // AMD's own leaf; oneDNN reads it on AMD's processors and has no other source where it is empty.
    private const int AmdLeaf = unchecked((int)0x8000001D);

    /// <summary>
    /// Whether oneDNN is left without cache sizes: an AMD processor whose leaf 0x8000001D answers zeros, as under hypervisors
    /// that hide the topology. oneDNN 3.7.1 then takes each of three cache levels for one byte.
    /// </summary>
    public static bool IsHidden { get; } = X86Base.IsSupported && IsAmd() && Empty(AmdLeaf);

    private static bool IsAmd()
    {
        (_, int b, int c, int d) = X86Base.CpuId(0, 0);
        return (b, d, c) == (BitConverter.ToInt32("Auth"u8), BitConverter.ToInt32("enti"u8), BitConverter.ToInt32("cAMD"u8));
    }

    private static bool Empty(int leaf)
    {
        if ((uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < (uint)leaf) return true;
        // The lower five bits of EAX say what kind of cache the answer is about; none is 0.
        return (X86Base.CpuId(leaf, 0).Eax & 0x1F) == 0;
    }
}
