using System.Runtime.InteropServices;

namespace Postern.Native;

/// <summary>Pages of memory straight from the kernel of Linux.</summary>
internal static class SystemPages
{
    /// <summary>What may be done with a page.</summary>
    internal enum Access
    {
        None = 0,
        ReadWrite = 3,
        ReadExecute = 5,
    }

    private const int PrivateAnonymous = 0x22;
    private const nint Failed = -1;

    /// <summary>Pages of zeros that may be read and written; 0 where there are none.</summary>
    /// <param name="length">In bytes, rounded up to whole pages.</param>
    public static nint Map(nint length)
    {
        nint pages = Map(0, length, (int)Access.ReadWrite, PrivateAnonymous, -1, 0);
        return pages == Failed ? 0 : pages;
    }

    /// <summary>Whether the system allows it from now on.</summary>
    public static bool Allow(nint pages, nint length, Access access) => Protect(pages, length, (int)access) == 0;

    /// <summary>Gives them back.</summary>
    public static void Unmap(nint pages, nint length) => _ = Release(pages, length);

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(nint address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Release(nint address, nint length);
}
