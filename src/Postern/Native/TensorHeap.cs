using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Postern.Native;

/// <summary>
/// Gives tensors memory whose holes can be filled again. libtorch asks the C library for aligned blocks, and glibc before 2.38
/// looks for those in holes with room to spare: not even a tensor of the same size fits where one was freed, so that a Vim's
/// training grew to three times what was in use. Here large blocks come from <c>malloc</c> with that room asked for, as the C++
/// interface <c>c10::SetCPUAllocator</c> provides.
/// </summary>
/// <remarks>
/// <para>
/// The allocator is a copy of libtorch's own whose method <c>allocate</c> is a few instructions in a page of this process. They
/// are no managed code, since libtorch gives out and frees memory on threads of its own and until the process has ended, and
/// since an exception, which libtorch's own method throws where there is no memory, cannot pass through a managed one: they
/// jump to it, so that it stands in their place. Blocks are freed by <c>free</c> itself.
/// </para>
/// <para>Results do not depend on it: blocks are aligned as before, by <see cref="Alignment"/> bytes.</para>
/// </remarks>
internal static class TensorHeap
{
    /// <summary>Of the address of a tensor's first byte.</summary>
    internal const int Alignment = 64;

    /// <summary>Smaller blocks stay with libtorch: their holes are no loss.</summary>
    internal const int SmallestBlock = 0x10000;

    private const string GetSymbol = "_ZN3c1015GetCPUAllocatorEv", SetSymbol = "_ZN3c1015SetCPUAllocatorEPNS_9AllocatorEh";
    private const int ReadWrite = 3, ReadExecute = 5, PrivateAnonymous = 0x22;

    // A virtual table begins with two words that are no methods; then come two destructors, allocate, and three others.
    private const int Head = 2, Methods = 6, Allocate = 2;

    // c10::DataPtr: the data, what frees it, what that is given, and the device (processor, without a number).
    private const int Freeing = 8, Given = 16, Device = 24, DataPointerSize = 32;
    private const short Processor = unchecked((short)0xff00);

    private static readonly Lock Gate = new();
    private static bool tried;

    /// <summary>Why tensors have libtorch's own memory; null where they have this.</summary>
    public static string? Unavailable { get; private set; } = "known for libtorch on 64-bit x86 under Linux only";

    /// <summary>Gives it to all tensors from now on; once in a process.</summary>
    /// <param name="libtorch">The loaded library, on 64-bit x86 under Linux.</param>
    public static void Serve(IntPtr libtorch)
    {
        lock (Gate)
        {
            if (tried) return;
            tried = true;
            Unavailable = Install(libtorch);
        }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr GetAllocator();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void SetAllocator(IntPtr allocator, byte priority);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr AllocateMethod(IntPtr dataPointer, IntPtr allocator, nint bytes);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Free(IntPtr given);

    private static string? Install(IntPtr libtorch)
    {
        if (NativeHeap.InUse() is null) return "the C library is not glibc";
        if (!NativeLibrary.TryGetExport(libtorch, GetSymbol, out IntPtr get)
            || !NativeLibrary.TryGetExport(libtorch, SetSymbol, out IntPtr set))
            return "this libtorch does not let its allocator be changed";
        // Those of an allocator that the user has loaded first, if there is one.
        IntPtr program = NativeLibrary.GetMainProgramHandle();
        IntPtr malloc = NativeLibrary.GetExport(program, "malloc"), free = NativeLibrary.GetExport(program, "free");

        IntPtr original = Marshal.GetDelegateForFunctionPointer<GetAllocator>(get)();
        IntPtr table = Marshal.ReadIntPtr(original), allocate = Marshal.ReadIntPtr(table, Allocate * IntPtr.Size);
        if (!IsAsKnown(original, allocate)) return "this libtorch's allocator is another one than is known";
        IntPtr page = Executable(Code(malloc, free, original, allocate));
        if (page == IntPtr.Zero) return "the system lets no memory be executed";

        // Never given back: tensors live as long as the process does.
        IntPtr copy = Marshal.AllocHGlobal((1 + Head + Methods) * IntPtr.Size), copiedTable = copy + (1 + Head) * IntPtr.Size;
        Marshal.WriteIntPtr(copy, copiedTable);
        for (int i = -Head; i < Methods; i++)
            Marshal.WriteIntPtr(copiedTable, i * IntPtr.Size, Marshal.ReadIntPtr(table, i * IntPtr.Size));
        Marshal.WriteIntPtr(copiedTable, Allocate * IntPtr.Size, page);
        Marshal.GetDelegateForFunctionPointer<SetAllocator>(set)(copy, 0);
        return null;
    }

    /// <summary>Whether a block of the allocator is written down as it is here.</summary>
    private static bool IsAsKnown(IntPtr allocator, IntPtr allocate)
    {
        const int room = 2 * DataPointerSize;
        const byte untouched = 0xa5;
        IntPtr written = Marshal.AllocHGlobal(room);
        try
        {
            Marshal.Copy(Enumerable.Repeat(untouched, room).ToArray(), 0, written, room);
            Marshal.GetDelegateForFunctionPointer<AllocateMethod>(allocate)(written, allocator, Alignment);
            byte[] behind = new byte[room - DataPointerSize];
            Marshal.Copy(written + DataPointerSize, behind, 0, behind.Length);
            IntPtr data = Marshal.ReadIntPtr(written);
            bool known = data != IntPtr.Zero && data % Alignment == 0 && Marshal.ReadIntPtr(written, Given) == data
                && Marshal.ReadInt16(written, Device) == Processor && behind.All(b => b == untouched);
            if (known) Marshal.GetDelegateForFunctionPointer<Free>(Marshal.ReadIntPtr(written, Freeing))(data);
            return known;
        }
        finally
        {
            Marshal.FreeHGlobal(written);
        }
    }

    /// <summary>
    /// The method <c>allocate</c>, which is called with the <c>DataPtr</c> to fill in rdi, the allocator in rsi and the bytes in
    /// rdx, and returns the former.
    /// </summary>
    private static byte[] Code(IntPtr malloc, IntPtr free, IntPtr original, IntPtr allocate) =>
    [
        0x48, 0x81, 0xfa, .. Word(SmallestBlock),     //           cmp rdx, SmallestBlock
        0x7c, 0x42,                                   //           jl theirs (negative ones, too)
        0x57, 0x56, 0x52,                             //           push rdi; push rsi; push rdx
        0x48, 0x8d, 0x7a, Alignment,                  //           lea rdi, [rdx + Alignment]
        0x48, 0xb8, .. Address(malloc),               //           mov rax, malloc
        0xff, 0xd0,                                   //           call rax
        0x5a, 0x5e, 0x5f,                             //           pop rdx; pop rsi; pop rdi
        0x48, 0x85, 0xc0,                             //           test rax, rax
        0x74, 0x27,                                   //           je theirs, which throws
        0x48, 0x8d, 0x48, Alignment - 1,              //           lea rcx, [rax + Alignment - 1]
        0x48, 0x83, 0xe1, 0x100 - Alignment,          //           and rcx, -Alignment
        0x48, 0x89, 0x0f,                             //           mov [rdi], rcx
        0x48, 0xb9, .. Address(free),                 //           mov rcx, free
        0x48, 0x89, 0x4f, Freeing,                    //           mov [rdi + Freeing], rcx
        0x48, 0x89, 0x47, Given,                      //           mov [rdi + Given], rax
        0x66, 0xc7, 0x47, Device, 0x00, 0xff,         //           mov word [rdi + Device], Processor
        0x48, 0x89, 0xf8,                             //           mov rax, rdi
        0xc3,                                         //           ret
        0x48, 0xbe, .. Address(original),             // theirs:   mov rsi, original
        0x48, 0xb8, .. Address(allocate),             //           mov rax, allocate
        0xff, 0xe0,                                   //           jmp rax
    ];

    private static byte[] Word(int value)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Address(IntPtr value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>A page of its own that is written before it may be executed; 0 where the system forbids that.</summary>
    private static IntPtr Executable(byte[] code)
    {
        nint page = Map(0, Environment.SystemPageSize, ReadWrite, PrivateAnonymous, -1, 0);
        if (page == -1) return IntPtr.Zero;
        Marshal.Copy(code, 0, page, code.Length);
        if (Protect(page, Environment.SystemPageSize, ReadExecute) == 0) return page;
        _ = Unmap(page, Environment.SystemPageSize);
        return IntPtr.Zero;
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(nint address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint address, nint length);
}
