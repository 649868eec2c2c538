using System.Runtime.InteropServices;

namespace Postern.Native;

/// <summary>
/// Tells the C library to keep the memory of freed tensors. By default glibc gives blocks of more than a few hundred kilobytes back
/// to the kernel at once, and each training step pays for fresh, zeroed pages again: a quarter of a Vim's step.
/// </summary>
internal static class NativeHeap
{
    private const int TrimThreshold = -1, MapThreshold = -3, MostMaps = -4;

    /// <summary>The largest block that glibc can be made to take from its heap rather than from the kernel.</summary>
    private const int LargestHeapBlock = 32 << 20;

    /// <summary>Has no effect where the C library is not glibc.</summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            SetOption(MapThreshold, LargestHeapBlock);
            SetOption(TrimThreshold, int.MaxValue);
            SetOption(MostMaps, 0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such options, and no such cost.
        }
    }

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);
}
