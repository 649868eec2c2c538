using System.Buffers.Binary;
using System.Text;

namespace Postern.Models.Checkpoints;

/// <summary>
/// Writes a zip file as PyTorch does: nothing compressed, every content at a multiple of 64 bytes, padded by an extra field. The
/// stream is never sought, and the bytes depend on the contents alone.
/// </summary>
/// <remarks>PKWARE APPNOTE 6.3.10, without the 64-bit forms: up to 65,534 entries and 4 GiB.</remarks>
internal sealed class StoredZipWriter(Stream output)
{
    private const int Alignment = 64;
    private const int LocalBytes = 30, ExtraBytes = 4;
    private const ushort PaddingId = 0x4246;  // "FB", PyTorch's name for its padding
    private const ushort FirstOfJanuary1980 = 0x21;

    private readonly MemoryStream directory = new();
    private ushort count;
    private long written;

    /// <summary>Appends an entry.</summary>
    /// <exception cref="ArgumentException">The archive would be larger than 4 GiB or have more than 65,534 entries.</exception>
    internal void Add(string name, ReadOnlySpan<byte> content)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        long start = written + LocalBytes + nameBytes.Length + ExtraBytes;
        int padding = (int)((Alignment - start % Alignment) % Alignment);
        if (start + padding + content.Length > uint.MaxValue - (1 << 24) || count == ushort.MaxValue - 1)
            throw new ArgumentException("more than 4 GiB or 65,534 tensors do not fit into a .pth file here; write safetensors");
        byte[] common = Common(nameBytes.Length, content);

        Directory(nameBytes, common);
        Write("PK\x03\x04"u8);
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(24), (ushort)(ExtraBytes + padding));
        Write(common);
        Write(nameBytes);
        Span<byte> extra = stackalloc byte[ExtraBytes + Alignment];
        extra.Fill((byte)'Z');
        BinaryPrimitives.WriteUInt16LittleEndian(extra, PaddingId);
        BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], (ushort)padding);
        Write(extra[..(ExtraBytes + padding)]);
        Write(content);
    }

    /// <summary>Writes the directory, which ends the file.</summary>
    internal void Finish()
    {
        Span<byte> end = stackalloc byte[22];
        end.Clear();
        "PK\x05\x06"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], (uint)written);
        directory.WriteTo(output);
        output.Write(end);
    }

    // The fields that the local header and the directory share: version to the lengths of name and extra field.
    private static byte[] Common(int nameLength, ReadOnlySpan<byte> content)
    {
        byte[] common = new byte[26];
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(2), 0x0800);  // names are UTF-8
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(8), FirstOfJanuary1980);
        BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(10), Crc32.Of(content));
        BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(14), (uint)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(18), (uint)content.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(22), (ushort)nameLength);
        return common;
    }

    private void Directory(ReadOnlySpan<byte> name, ReadOnlySpan<byte> common)
    {
        Span<byte> rest = stackalloc byte[14];
        rest.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(rest[10..], (uint)written);
        directory.Write("PK\x01\x02"u8);
        directory.Write([0, 0]);
        directory.Write(common);
        directory.Write(rest);
        directory.Write(name);
        count++;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        written += bytes.Length;
    }
}
