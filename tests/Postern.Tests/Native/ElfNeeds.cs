using System.Buffers.Binary;
using System.Text;

namespace Postern.Tests.Native;

/// <summary>
/// The versions of other libraries' symbols that a shared library cannot do without, such as <c>GLIBC_2.34</c>.
/// </summary>
internal static class ElfNeeds
{
    private const uint VersionNeeds = 0x6ffffffe;
    private const int Header = 64, Section = 64, WeakFlag = 2;

    /// <summary>Those of an x86-64 ELF file.</summary>
    public static IReadOnlyList<string> Of(Stream elf)
    {
        byte[] head = Read(elf, 0, Header);
        byte[] table = Read(elf, (long)U64(head, 40), Section * U16(head, 60));
        var found = new List<string>();
        for (int s = 0; s < table.Length; s += Section)
        {
            if (U32(table, s + 4) != VersionNeeds) continue;
            byte[] needs = Content(s), names = Content(Section * (int)U32(table, s + 40));
            for (int file = 0, next = 1; next != 0; file += next)
            {
                next = (int)U32(needs, file + 12);
                int version = file + (int)U32(needs, file + 8);
                for (int i = U16(needs, file + 2); i > 0; i--, version += (int)U32(needs, version + 12))
                {
                    int name = (int)U32(needs, version + 8);
                    if ((U16(needs, version + 4) & WeakFlag) == 0)
                        found.Add(Encoding.ASCII.GetString(names.AsSpan(name, names.AsSpan(name).IndexOf((byte)0))));
                }
            }
        }
        return found;

        byte[] Content(int section) => Read(elf, (long)U64(table, section + 24), (int)U64(table, section + 32));
    }

    private static byte[] Read(Stream elf, long at, int count)
    {
        byte[] bytes = new byte[count];
        elf.Seek(at, SeekOrigin.Begin);
        elf.ReadExactly(bytes);
        return bytes;
    }

    private static ushort U16(byte[] data, int at) => BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(at));

    private static uint U32(byte[] data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(at));

    private static ulong U64(byte[] data, int at) => BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(at));
}
