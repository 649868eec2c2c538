using System.Buffers.Binary;
using System.Text;

namespace Postern.Native;

/// <summary>
/// Makes a shared library that was linked against libstdc++ 13 loadable with that of GCC 12 or 11, when all it wants of the
/// newer ones is <c>std::ios_base_library_init()</c>, an empty function that exists to force the initialisation of the standard
/// streams, which older libraries do by themselves, and the <c>std::condition_variable::wait</c> of GCC 12, which differs from
/// the one before in its version alone.
/// </summary>
/// <remarks>
/// Changes to a copy of the file (x86-64 ELF): the first symbol becomes a defined one that points at a <c>ret</c> in
/// <c>.text</c>; the version of both becomes "global", so that the loader takes whichever the system's library has; and the
/// requirements of their versions are marked weak, which the loader then does not insist on.
/// </remarks>
internal static class ElfPatch
{
    private const string Symbol = "_ZSt21ios_base_library_initv", Version = "GLIBCXX_3.4.32";
    private const string Wait = "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", WaitVersion = "GLIBCXX_3.4.30";
    private const uint Dynamic = 6, DynamicSymbols = 11, VersionNeeds = 0x6ffffffe, VersionSymbols = 0x6fffffff;
    private const int SymbolEntry = 24, DynamicEntry = 16;
    private const ulong Needed = 1, SharedName = 14;
    private const ushort WeakFlag = 2, GlobalVersion = 1, HiddenBit = 0x8000;
    private const byte Ret = 0xC3;

    private readonly record struct Section(string Name, uint Type, ulong Address, int Offset, int Size, int Link, int Index);

    /// <summary>A patched copy of <paramref name="library"/>, whose bytes are left alone.</summary>
    /// <exception cref="InvalidDataException">The file is not such a library; the message says what is missing.</exception>
    public static byte[] ForOlderLibstdcxx(byte[] library)
    {
        byte[] elf = (byte[])library.Clone();
        try
        {
            Patch(elf);
            return elf;
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("the ELF file is damaged", e);
        }
    }

    /// <summary>
    /// A copy of <paramref name="library"/> that calls itself by the end of another's name, one that it needs: the loader takes
    /// it for that one when it is asked for by the shorter name.
    /// </summary>
    /// <param name="library">The file, with <paramref name="need"/> among its needs.</param>
    /// <param name="need">The name of the other library, e.g. <c>libtorch_cpu.so</c>.</param>
    /// <param name="skip">Letters of it that are left out.</param>
    /// <exception cref="InvalidDataException">The file is not such a library; the message says what is missing.</exception>
    public static byte[] NamedAfterNeed(byte[] library, string need, int skip)
    {
        byte[] elf = (byte[])library.Clone();
        try
        {
            Section[] sections = Checked(elf);
            Section entries = sections.FirstOrDefault(s => s.Type == Dynamic);
            int[] at = [.. Enumerable.Range(0, entries.Size / DynamicEntry).Select(i => entries.Offset + i * DynamicEntry)];
            int own = at.FirstOrDefault(i => U64(elf, i) == SharedName),
                needed = at.FirstOrDefault(i =>
                    U64(elf, i) == Needed && Text(elf, sections[entries.Link].Offset + (int)U64(elf, i + 8)) == need);
            if (own == 0 || needed == 0) throw new InvalidDataException($"it does not need {need}");
            BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(own + 8), U64(elf, needed + 8) + (ulong)skip);
            return elf;
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("the ELF file is damaged", e);
        }
    }

    private static Section[] Checked(byte[] elf) => elf.Length >= 64 && elf.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8)
        ? Sections(elf) : throw new InvalidDataException("it is not a 64-bit little-endian ELF file");

    private static void Patch(byte[] elf)
    {
        Section[] sections = Checked(elf);
        Section symbols = Find(s => s.Type == DynamicSymbols, "dynamic symbols");
        Section versions = Find(s => s.Type == VersionSymbols, "symbol versions");
        Section needs = Find(s => s.Type == VersionNeeds, "version needs");
        Section text = Find(s => s.Name == ".text", ".text");

        string[] names =
            [.. Enumerable.Range(0, symbols.Size / SymbolEntry)
                .Select(i => Text(elf, sections[symbols.Link].Offset + (int)U32(elf, symbols.Offset + i * SymbolEntry)))];
        int symbol = Array.IndexOf(names, Symbol);
        if (symbol < 0) throw new InvalidDataException($"it has no symbol {Symbol}");
        int ret = elf.AsSpan(text.Offset, text.Size).IndexOf(Ret);
        if (ret < 0) throw new InvalidDataException("its .text has no ret instruction");

        int entry = symbols.Offset + symbol * SymbolEntry;
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(entry + 6), (ushort)text.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(entry + 8), text.Address + (ulong)ret);
        SetGlobal(symbol);
        MarkWeak(elf, Need(Version) ?? throw new InvalidDataException($"it does not ask for {Version}"));
        if (Need(WaitVersion) is int need)
        {
            int number = U16(elf, need + 6);
            int[] wanted = [.. Enumerable.Range(0, names.Length)
                .Where(i => (U16(elf, versions.Offset + i * 2) & ~HiddenBit) == number)];
            // What else is new in that version is missing before it, and the loader shall say so.
            if (wanted.All(i => names[i] == Wait))
            {
                foreach (int i in wanted) SetGlobal(i);
                MarkWeak(elf, need);
            }
        }

        void SetGlobal(int i) =>
            BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(versions.Offset + i * 2), GlobalVersion);

        int? Need(string version) => NeedOf(elf, needs, sections[needs.Link], version);

        Section Find(Func<Section, bool> which, string what) =>
            sections.Where(which).Cast<Section?>().FirstOrDefault()
                ?? throw new InvalidDataException($"it has no {what} section");
    }

    /// <summary>Where the requirement of a version stands; null where there is none.</summary>
    private static int? NeedOf(byte[] elf, Section needs, Section strings, string wanted)
    {
        for (int file = needs.Offset, next = 1; next != 0; file += next)
        {
            next = (int)U32(elf, file + 12);
            int count = U16(elf, file + 2);
            for (int version = file + (int)U32(elf, file + 8); count > 0; count--, version += (int)U32(elf, version + 12))
                if (Text(elf, strings.Offset + (int)U32(elf, version + 8)) == wanted) return version;
        }
        return null;
    }

    private static void MarkWeak(byte[] elf, int need) =>
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(need + 4), (ushort)(U16(elf, need + 4) | WeakFlag));

    private static Section[] Sections(byte[] elf)
    {
        int table = checked((int)U64(elf, 40)), entrySize = U16(elf, 58), count = U16(elf, 60), names = U16(elf, 62);
        int nameTable = checked((int)U64(elf, table + names * entrySize + 24));
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int at = table + i * entrySize;
            return new Section(Text(elf, nameTable + (int)U32(elf, at)), U32(elf, at + 4), U64(elf, at + 16),
                checked((int)U64(elf, at + 24)), checked((int)U64(elf, at + 32)), (int)U32(elf, at + 40), i);
        })];
    }

    private static ushort U16(byte[] data, int at) => BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(at));

    private static uint U32(byte[] data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(at));

    private static ulong U64(byte[] data, int at) => BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(at));

    private static string Text(byte[] data, int at)
    {
        int length = data.AsSpan(at).IndexOf((byte)0);
        return Encoding.ASCII.GetString(data, at, Math.Max(0, length));
    }
}
