using System.Buffers.Binary;
using System.Text;

namespace Postern.Models.Checkpoints;

/// <summary>
/// The entries of a zip file that compresses nothing, as PyTorch writes them, each by its place in the file. The library's reader
/// gives only streams that cannot seek, and a weight file is read by places: some tensors of it, some parts of a storage.
/// </summary>
/// <remarks>
/// PKWARE APPNOTE 6.3.10: end of central directory 4.3.16, its 64-bit form 4.3.14 and 4.3.15, central directory 4.3.12.
/// </remarks>
internal static class StoredZip
{
    private const int EndBytes = 22, EntryBytes = 46, LocalBytes = 30, LocatorBytes = 20, LongEndBytes = 56;

    /// <summary>Start and length in <paramref name="file"/> of every entry's content, by name.</summary>
    /// <exception cref="InputException">No zip file, damaged, cut short, compressed, encrypted, or with names that lead out of a
    /// folder.</exception>
    internal static Dictionary<string, (long Start, long Length)> Read(Stream file, string source)
    {
        (long start, long length, long count) = Directory(file, source);
        if (length > file.Length - start || count > length / EntryBytes) throw Damaged(source);
        byte[] directory = At(file, start, checked((int)Math.Min(length, int.MaxValue - 64)), source);
        Dictionary<string, (long, long)> entries = new(StringComparer.Ordinal);
        int at = 0;
        for (long i = 0; i < count; i++)
        {
            if (directory.Length - at < EntryBytes || !directory.AsSpan(at, 4).SequenceEqual("PK\x01\x02"u8))
                throw Damaged(source);
            ReadOnlySpan<byte> entry = directory.AsSpan(at);
            int flags = UInt16(entry, 8), method = UInt16(entry, 10), nameLength = UInt16(entry, 28),
                extraLength = UInt16(entry, 30);
            int entryLength = EntryBytes + nameLength + extraLength + UInt16(entry, 32);
            if (entryLength > entry.Length) throw Damaged(source);
            string name = Encoding.UTF8.GetString(entry.Slice(EntryBytes, nameLength));
            if (LeadsOut(name))
                throw new InputException(source,
                    $"has an entry named '{FileText.Shown(name)}', which leads out of the archive; it is no honest weight file");
            long stored = UInt32(entry, 20), size = UInt32(entry, 24), local = UInt32(entry, 42);
            ReadOnlySpan<byte> wide = WideFields(entry.Slice(EntryBytes + nameLength, extraLength));
            size = Widen(size, ref wide, source);
            stored = Widen(stored, ref wide, source);
            local = Widen(local, ref wide, source);
            if (method != 0 || stored != size || (flags & 1) != 0)
                throw new InputException(source,
                    $"has entry '{FileText.Shown(name)}' compressed or encrypted, which PyTorch never writes");
            if (!entries.TryAdd(name, (ContentStart(file, local, size, source), size)))
                throw new InputException(source, $"has two entries named '{FileText.Shown(name)}'");
            at += entryLength;
        }
        return entries;
    }

    private static (long Start, long Length, long Count) Directory(Stream file, string source)
    {
        int tailLength = (int)Math.Min(file.Length, EndBytes + ushort.MaxValue);
        byte[] tail = At(file, file.Length - tailLength, tailLength, source);
        for (int end = tailLength - EndBytes; end >= 0; end--)
        {
            ReadOnlySpan<byte> record = tail.AsSpan(end);
            if (!record.StartsWith("PK\x05\x06"u8) || UInt16(record, 20) != record.Length - EndBytes) continue;
            long count = UInt16(record, 10), length = UInt32(record, 12), start = UInt32(record, 16);
            if (count < ushort.MaxValue && length < uint.MaxValue && start < uint.MaxValue) return (start, length, count);
            byte[] locator = At(file, file.Length - tailLength + end - LocatorBytes, LocatorBytes, source);
            if (!locator.AsSpan().StartsWith("PK\x06\x07"u8)) throw Damaged(source);
            byte[] wide = At(file, Int64(locator, 8, source), LongEndBytes, source);
            if (!wide.AsSpan().StartsWith("PK\x06\x06"u8)) throw Damaged(source);
            return (Int64(wide, 48, source), Int64(wide, 40, source), Int64(wide, 32, source));
        }
        throw new InputException(source, "has no zip directory; the file is cut short");
    }

    private static long ContentStart(Stream file, long local, long size, string source)
    {
        byte[] header = At(file, local, LocalBytes, source);
        if (!header.AsSpan().StartsWith("PK\x03\x04"u8)) throw Damaged(source);
        long start = local + LocalBytes + UInt16(header, 26) + UInt16(header, 28);
        return size <= file.Length - start ? start : throw Damaged(source);
    }

    // The 64-bit values of those fields that are full in 32 bits, in their order: size, stored size, place.
    private static ReadOnlySpan<byte> WideFields(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int id = UInt16(extra, 0), length = Math.Min(UInt16(extra, 2), extra.Length - 4);
            if (id == 1) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return [];
    }

    private static long Widen(long narrow, ref ReadOnlySpan<byte> wide, string source)
    {
        if (narrow != uint.MaxValue) return narrow;
        if (wide.Length < 8) throw Damaged(source);
        long value = Int64(wide, 0, source);
        wide = wide[8..];
        return value;
    }

    private static bool LeadsOut(string name) =>
        name.Length == 0 || name[0] is '/' or '\\' || (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0]))
        || name.Split('/', '\\').Contains("..");

    private static byte[] At(Stream file, long start, int length, string source)
    {
        if (start < 0 || length > file.Length - start) throw Damaged(source);
        byte[] bytes = new byte[length];
        file.Position = start;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static long UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at, string source) =>
        BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]) is >= 0 and long value ? value : throw Damaged(source);

    private static InputException Damaged(string source) => new(source, "has a damaged zip directory");
}
