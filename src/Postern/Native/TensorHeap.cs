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
/// The allocator is a copy of libtorch's own with two methods of a few instructions in a page of this process. They are no
/// managed code, since libtorch gives out and frees memory on threads of its own and until the process has ended, and since an
/// exception, which libtorch's own method throws where there is no memory, cannot pass through a managed one: they jump to it,
/// so that it stands in their place.
/// </para>
/// <para>
/// In front of a block stand where it begins for <c>free</c>, and <see cref="Ours"/>, by which it is told from libtorch's own:
/// oneDNN asks the allocator how to free a block, whatever its size and whenever it was made.
/// </para>
/// <para>Results do not depend on it: blocks are aligned as before, by <see cref="Alignment"/> bytes.</para>
/// </remarks>
internal static class TensorHeap
{
    /// <summary>Of the address of a tensor's first byte.</summary>
    internal const int Alignment = 64;

    /// <summary>Smaller blocks stay with libtorch: their holes are no loss.</summary>
    internal const int SmallestBlock = 0x10000;

    private const string GetSymbol = "_ZN3c1015GetCPUAllocatorEv", SetSymbol = "_ZN3c1015SetCPUAllocatorEPNS_9AllocatorEh",
        IsSimpleSymbol = "_ZNK3c109Allocator18is_simple_data_ptrERKNS_7DataPtrE";

    // A virtual table begins with two words that are no methods; then come two destructors and these.
    private const int Head = 2, Allocate = 2, IsSimple = 3, RawDeleter = 4, Methods = 6;

    // c10::DataPtr: the data, what frees it, what that is given, and the device (processor, without a number).
    private const int Freeing = 8, Given = 16, Device = 24, DataPointerSize = 32;
    private const short Processor = unchecked((short)0xff00);

    // In front of the data: Ours, and the address for free.
    private const int InFront = 16;
    private const long Ours = unchecked((long)0xd1a7c0de7e5070f5);

    private static readonly Lock Gate = new();
    private static bool tried;

    private const string Unknown = "this libtorch's allocator is another one than is known";

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
    private delegate IntPtr RawDeleterMethod(IntPtr allocator);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Free(IntPtr given);

    private static string? Install(IntPtr libtorch)
    {
        if (NativeHeap.InUse() is null) return "the C library is not glibc";
        if (!NativeLibrary.TryGetExport(libtorch, GetSymbol, out IntPtr get)
            || !NativeLibrary.TryGetExport(libtorch, SetSymbol, out IntPtr set)
            || !NativeLibrary.TryGetExport(libtorch, IsSimpleSymbol, out IntPtr isSimple))
            return "this libtorch does not let its allocator be changed";
        IntPtr program = NativeLibrary.GetMainProgramHandle();
        IntPtr malloc = NativeLibrary.GetExport(program, "malloc"), free = NativeLibrary.GetExport(program, "free");
        if (malloc != NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "malloc"))
            return "another allocator was loaded first, whose holes are its own affair";

        IntPtr original = Function<GetAllocator>(get)(), table = Marshal.ReadIntPtr(original);
        IntPtr allocate = Method(table, Allocate);
        if (Method(table, IsSimple) != isSimple) return Unknown;
        IntPtr deleter = Function<RawDeleterMethod>(Method(table, RawDeleter))(original);
        if (!Gives(original, deleter, Alignment)) return Unknown;

        IntPtr page = SystemPages.Map(Environment.SystemPageSize);
        if (page == IntPtr.Zero) return "the system gives no page";
        byte[] freeing = FreeingCode(free, deleter), rawDeleter = RawDeleterCode(page),
            allocating = AllocatingCode(malloc, page, original, allocate);
        byte[] code = [.. freeing, .. rawDeleter, .. allocating];
        Marshal.Copy(code, 0, page, code.Length);
        // From being written to being executed, never both.
        if (!SystemPages.Allow(page, Environment.SystemPageSize, SystemPages.Access.ReadExecute))
        {
            SystemPages.Unmap(page, Environment.SystemPageSize);
            return "the system lets no page be executed that was written";
        }

        // Never given back: tensors live as long as the process does.
        IntPtr copy = Marshal.AllocHGlobal((1 + Head + Methods) * IntPtr.Size), copiedTable = copy + (1 + Head) * IntPtr.Size;
        Marshal.WriteIntPtr(copy, copiedTable);
        for (int i = -Head; i < Methods; i++) Marshal.WriteIntPtr(copiedTable, i * IntPtr.Size, Method(table, i));
        Marshal.WriteIntPtr(copiedTable, RawDeleter * IntPtr.Size, page + freeing.Length);
        Marshal.WriteIntPtr(copiedTable, Allocate * IntPtr.Size, page + freeing.Length + rawDeleter.Length);
        if (!Gives(copy, deleter, Alignment) || !Gives(copy, page, SmallestBlock)) return Unknown;
        Function<SetAllocator>(set)(copy, 0);
        return null;
    }

    private static IntPtr Method(IntPtr table, int number) => Marshal.ReadIntPtr(table, number * IntPtr.Size);

    private static T Function<T>(IntPtr address) where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(address);

    /// <summary>Whether an allocator gives a block and describes it as it should, freed by <paramref name="deleter"/>.</summary>
    private static bool Gives(IntPtr allocator, IntPtr deleter, nint bytes)
    {
        const int room = 2 * DataPointerSize;
        const byte untouched = 0xa5;
        IntPtr written = Marshal.AllocHGlobal(room);
        try
        {
            Marshal.Copy(Enumerable.Repeat(untouched, room).ToArray(), 0, written, room);
            Function<AllocateMethod>(Method(Marshal.ReadIntPtr(allocator), Allocate))(written, allocator, bytes);
            byte[] behind = new byte[room - DataPointerSize];
            Marshal.Copy(written + DataPointerSize, behind, 0, behind.Length);
            IntPtr data = Marshal.ReadIntPtr(written);
            bool known = data != IntPtr.Zero && data % Alignment == 0 && Marshal.ReadIntPtr(written, Freeing) == deleter
                && Marshal.ReadIntPtr(written, Given) == data && Marshal.ReadInt16(written, Device) == Processor
                && behind.All(b => b == untouched);
            if (known) Function<Free>(deleter)(data);
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
    private static byte[] AllocatingCode(IntPtr malloc, IntPtr freeing, IntPtr original, IntPtr allocate) =>
    [
        0x48, 0x81, 0xfa, .. Word(SmallestBlock),     //           cmp rdx, SmallestBlock
        0x7c, 0x54,                                   //           jl theirs (negative ones, too)
        0x57, 0x56, 0x52,                             //           push rdi; push rsi; push rdx
        0x48, 0x8d, 0x7a, Alignment + InFront,        //           lea rdi, [rdx + Alignment + InFront]
        0x48, 0xb8, .. Address(malloc),               //           mov rax, malloc
        0xff, 0xd0,                                   //           call rax
        0x5a, 0x5e, 0x5f,                             //           pop rdx; pop rsi; pop rdi
        0x48, 0x85, 0xc0,                             //           test rax, rax
        0x74, 0x39,                                   //           je theirs, which throws
        0x48, 0x8d, 0x48, Alignment + InFront - 1,    //           lea rcx, [rax + Alignment + InFront - 1]
        0x48, 0x83, 0xe1, 0x100 - Alignment,          //           and rcx, -Alignment
        0x48, 0x89, 0x41, 0xf8,                       //           mov [rcx - 8], rax
        0x48, 0xb8, .. Address(Ours),         //           mov rax, Ours
        0x48, 0x89, 0x41, 0x100 - InFront,            //           mov [rcx - InFront], rax
        0x48, 0x89, 0x0f,                             //           mov [rdi], rcx
        0x48, 0xb8, .. Address(freeing),              //           mov rax, freeing
        0x48, 0x89, 0x47, Freeing,                    //           mov [rdi + Freeing], rax
        0x48, 0x89, 0x4f, Given,                      //           mov [rdi + Given], rcx
        0x66, 0xc7, 0x47, Device, 0x00, 0xff,         //           mov word [rdi + Device], Processor
        0x48, 0x89, 0xf8,                             //           mov rax, rdi
        0xc3,                                         //           ret
        0x48, 0xbe, .. Address(original),             // theirs:   mov rsi, original
        0x48, 0xb8, .. Address(allocate),             //           mov rax, allocate
        0xff, 0xe0,                                   //           jmp rax
    ];

    /// <summary>What frees a block, which is called with it in rdi.</summary>
    private static byte[] FreeingCode(IntPtr free, IntPtr deleter) =>
    [
        0x48, 0x85, 0xff,                             //           test rdi, rdi
        0x74, 0x34,                                   //           je none
        0x48, 0xb8, .. Address(Ours),         //           mov rax, Ours
        0x48, 0x39, 0x47, 0x100 - InFront,            //           cmp [rdi - InFront], rax
        0x75, 0x18,                                   //           jne theirs
        0x48, 0xc7, 0x47, 0x100 - InFront, .. Word(0), //          mov qword [rdi - InFront], 0
        0x48, 0x8b, 0x7f, 0xf8,                       //           mov rdi, [rdi - 8]
        0x48, 0xb8, .. Address(free),                 //           mov rax, free
        0xff, 0xe0,                                   //           jmp rax
        0x48, 0xb8, .. Address(deleter),              // theirs:   mov rax, deleter
        0xff, 0xe0,                                   //           jmp rax
        0xc3,                                         // none:     ret
    ];

    /// <summary>The method <c>raw_deleter</c>, which returns what frees a block.</summary>
    private static byte[] RawDeleterCode(IntPtr freeing) =>
    [
        0x48, 0xb8, .. Address(freeing),              //           mov rax, freeing
        0xc3,                                         //           ret
    ];

    private static byte[] Word(int value)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Address(long value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
