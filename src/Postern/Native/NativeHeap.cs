using System.Runtime.InteropServices;

namespace Postern.Native;

/// <summary>
/// Tells the C library to keep the memory of freed tensors, and the kernel to back it with huge pages. By default glibc gives blocks of more than
/// a few hundred kilobytes back at once, and each training step pays for fresh, zeroed pages again, a quarter of a Vim's step; and on pages of
/// four kilobytes a step of a few gigabytes spends much of its time looking addresses up.
/// </summary>
internal static class NativeHeap
{
    private const int TrimThreshold = -1, MostMaps = -4, MostArenas = -8, HugePages = 14;
    private const long HugePage = 2 << 20;

    /// <summary>The share of the memory that is set aside as address space; none of it is used before it is needed.</summary>
    private const double Share = 0.75;

    /// <summary>Has no effect where the C library is not glibc.</summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            // One heap for all threads, which grows by moving its end: that is the one that can be prepared below.
            SetOption(MostArenas, 1);
            SetOption(MostMaps, 0);
            SetOption(TrimThreshold, int.MaxValue);
            nint size = (nint)(Share * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), start = Allocate(size);
            if (start == 0) return; // a limit on address space: the heap then grows as it needs, on small pages
            nint first = (nint)((start + HugePage - 1) / HugePage * HugePage);
            Advise(first, size - (first - start), HugePages);
            Free(start);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such options, and no such cost.
        }
    }

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);

    [DllImport("libc", EntryPoint = "malloc")]
    private static extern nint Allocate(nint size);

    [DllImport("libc", EntryPoint = "free")]
    private static extern void Free(nint address);

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(nint address, nint length, int advice);
}
