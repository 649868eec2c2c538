using System.Runtime.InteropServices;

namespace Postern.Native;

/// <summary>
/// Gives threads that multiply in bf16 a larger stack for signals. A processor with AMX has tiles of 8 KiB, which the kernel
/// stores on the signal stack of each thread that has used them; .NET makes that stack with room for its own handler and no
/// tiles, so that the first null reference on such a thread, an ordinary exception otherwise, would end the process by SIGSEGV.
/// </summary>
internal static class SignalStack
{
    private const int Size = 256 << 10;

    [ThreadStatic]
    private static bool enlarged;

    /// <summary>
    /// Does so for the calling thread, once. No effect elsewhere than on x86 under Linux, or where the system refuses.
    /// </summary>
    public static void Enlarge()
    {
        if (enlarged) return;
        enlarged = true;
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        // A guard page in front, as .NET has it: when the thread ends it releases the stack together with the page before it.
        int page = Environment.SystemPageSize;
        nint memory = SystemPages.Map(Size + page);
        if (memory == 0) return;
        SystemPages.Allow(memory, page, SystemPages.Access.None);
        var stack = new Stack { Start = memory + page, Size = Size };
        if (Set(in stack, 0) != 0) SystemPages.Unmap(memory, Size + page);
    }

    /// <summary>The C library's <c>stack_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Stack
    {
        public nint Start;
        public int Flags;
        public nint Size;
    }

    [DllImport("libc", EntryPoint = "sigaltstack")]
    private static extern int Set(in Stack stack, nint old);
}
