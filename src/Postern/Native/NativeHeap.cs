using System.Runtime.InteropServices;

namespace Postern.Native;

/// <summary>
/// Tells the C library to keep the memory of freed tensors, whatever their size. By default glibc gives blocks of more than a few
/// hundred kilobytes back to the kernel at once, and each training step pays for fresh, zeroed pages again: a quarter of a Vim's
/// step.
/// </summary>
internal static class NativeHeap
{
    private const int TrimThreshold = -1, NeverTrim = -1, MostMaps = -4;

    /// <summary>Has no effect where the C library is not glibc.</summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            SetOption(MostMaps, 0);
            SetOption(TrimThreshold, NeverTrim);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such options, and no such cost.
        }
    }

    /// <summary>Bytes that the process has from the C library now; null where it is not glibc of 2021 or later.</summary>
    public static long? InUse() => Count(usage => usage.InBlocks + usage.InMaps);

    /// <summary>Bytes that the C library has from the system for them and for blocks to come; null as above.</summary>
    public static long? Held() => Count(usage => usage.Arenas + usage.InMaps);

    private static long? Count(Func<Usage, nuint> of)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            return (long)of(Read());
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    private static extern Usage Read();

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);

    /// <summary>glibc's struct mallinfo2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Usage
    {
        /// <summary>Bytes of all arenas.</summary>
        public readonly nuint Arenas;

        private readonly nuint freeBlocks, fastBlocks, maps;

        /// <summary>Bytes of blocks that the system mapped one by one.</summary>
        public readonly nuint InMaps;

        private readonly nuint most, inFastBlocks;

        /// <summary>Bytes of blocks that are in use.</summary>
        public readonly nuint InBlocks;

        private readonly nuint inFreeBlocks, atTop;
    }
}
