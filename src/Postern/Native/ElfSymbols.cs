using System.Buffers.Binary;
using System.Text;

namespace Postern.Native;

/// <summary>The symbols of shared libraries (64-bit little-endian ELF): which one asks for what others do not have.</summary>
internal static class ElfSymbols
{
    private const uint DynamicSymbols = 11;
    private const int Header = 64, Entry = 24;
    private const int Global = 1;

    // Of libtorch's namespaces at, c10 and torch, as compilers write them.
    private static readonly string[] Namespaces = ["2at", "3c10", "5torch"];

    /// <summary>
    /// The functions of libtorch that <paramref name="library"/> cannot do without and that none of <paramref name="others"/>
    /// has, as compilers name them, in order.
    /// </summary>
    /// <exception cref="InvalidDataException">A file is no such library.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string[] Missing(string library, IEnumerable<string> others)
    {
        HashSet<string> wanted =
            [.. Of(library)
                .Where(s => !s.IsHere && s.IsStrong && Namespaces.Any(n => s.Name.Contains(n, StringComparison.Ordinal)))
                .Select(s => s.Name)];
        foreach (string other in others)
        {
            if (wanted.Count == 0) break;
            foreach ((string name, bool isHere, _) in Of(other))
                if (isHere) wanted.Remove(name);
        }
        return [.. wanted.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<(string Name, bool IsHere, bool IsStrong)> Of(string file)
    {
        using FileStream elf = File.OpenRead(file);
        byte[] head = Read(elf, 0, Header);
        if (!head.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException($"{file} is not a 64-bit little-endian ELF file");
        int size = U16(head, 58);
        byte[] table = Read(elf, U64(head, 40), (long)size * U16(head, 60));
        for (int section = 0; section < table.Length; section += size)
        {
            if (U32(table, section + 4) != DynamicSymbols) continue;
            byte[] symbols = Content(section), names = Content(size * (int)U32(table, section + 40));
            for (int at = 0; at + Entry <= symbols.Length; at += Entry)
            {
                int name = (int)U32(symbols, at), length = names.AsSpan(name).IndexOf((byte)0);
                if (length > 0)
                    yield return (Encoding.ASCII.GetString(names, name, length), U16(symbols, at + 6) != 0,
                        symbols[at + 4] >> 4 == Global);
            }
        }

        byte[] Content(int section) => Read(elf, U64(table, section + 24), U64(table, section + 32));
    }

    private static byte[] Read(FileStream file, long at, long count)
    {
        if (at < 0 || count < 0 || at + count > file.Length)
            throw new InvalidDataException($"{file.Name} is damaged or cut short");
        byte[] bytes = new byte[count];
        file.Seek(at, SeekOrigin.Begin);
        file.ReadExactly(bytes);
        return bytes;
    }

    private static ushort U16(byte[] data, int at) => BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(at));

    private static uint U32(byte[] data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(at));

    private static long U64(byte[] data, int at) => checked((long)BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(at)));
}
