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

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);
}
