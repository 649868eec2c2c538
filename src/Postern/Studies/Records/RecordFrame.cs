using System.Buffers.Binary;
using System.Numerics;

namespace Postern.Studies;

/// <summary>
/// One frame of a TFRecord file, the container of TensorBoard's event files. Little-endian: the data's length (8 bytes), the
/// length's checksum (4), the data, the data's checksum (4). Checksums are CRC-32C, rotated and offset, since the checksum of
/// data that holds its own checksum is weak (TensorFlow, <c>tensorflow/core/lib/io/record_writer.h</c> and
/// <c>lib/hash/crc32c.h</c>).
/// </summary>
internal static class RecordFrame
{
    private const int LengthSize = sizeof(ulong), ChecksumSize = sizeof(uint), HeadSize = LengthSize + ChecksumSize;
    private const uint MaskOffset = 0xa282ead8;

    /// <summary>The frame around <paramref name="data"/>.</summary>
    public static byte[] Of(ReadOnlySpan<byte> data)
    {
        byte[] frame = new byte[HeadSize + data.Length + ChecksumSize];
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(LengthSize), Checksum(frame.AsSpan(0, LengthSize)));
        data.CopyTo(frame.AsSpan(HeadSize));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(HeadSize + data.Length), Checksum(data));
        return frame;
    }

    /// <summary>Reads the frame at the start of <paramref name="bytes"/>; false where it is torn or damaged.</summary>
    /// <param name="bytes">The file from the frame on.</param>
    /// <param name="data">What the frame holds.</param>
    /// <param name="frameLength">Bytes that the whole frame takes.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> data, out int frameLength)
    {
        data = default;
        frameLength = 0;
        if (bytes.Length < HeadSize + ChecksumSize) return false;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)(bytes.Length - HeadSize - ChecksumSize)) return false;
        ReadOnlySpan<byte> held = bytes.Slice(HeadSize, (int)length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[LengthSize..]) != Checksum(bytes[..LengthSize])
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[(HeadSize + held.Length)..]) != Checksum(held)) return false;
        data = held;
        frameLength = HeadSize + held.Length + ChecksumSize;
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + MaskOffset;
    }
}
