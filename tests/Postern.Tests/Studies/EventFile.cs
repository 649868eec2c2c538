using System.Buffers.Binary;
using System.Text;

namespace Postern.Tests.Studies;

/// <summary>A point of an event file.</summary>
internal sealed record EventPoint(string Tag, long Step, float Value, double WallTime);

/// <summary>
/// Reads a TensorBoard event file by the format's description alone, and checks everything that a reader could check.
/// </summary>
internal static class EventFile
{
    private const int VarInt = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    /// <summary>The points in the order of the file, whose first record must be the version.</summary>
    public static EventPoint[] Read(string path)
    {
        List<byte[]> records = [.. Records(File.ReadAllBytes(path))];
        Assert.Equal("brain.Event:2", Encoding.UTF8.GetString((byte[])Fields(records[0]).Single(f => f.Number == 3).Value));
        return [.. records.Skip(1).SelectMany(Points)];
    }

    /// <summary>What the frames hold.</summary>
    public static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at)));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.Equal(Masked(file.AsSpan(at + 12, length)),
                BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return file[(at + 12)..(at + 12 + length)];
            at += 16 + length;
        }
    }

    /// <summary>CRC-32C a bit at a time (RFC 3720, appendix B.4).</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }
        return ~crc;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc32C(bytes);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }

    private static IEnumerable<EventPoint> Points(byte[] record)
    {
        // Event: 1 wall_time, 2 step, 5 summary; Summary: 1 value; Value: 1 tag, 2 simple_value.
        var fields = Fields(record).ToDictionary(f => f.Number, f => f.Value);
        double time = BitConverter.UInt64BitsToDouble((ulong)fields[1]);
        foreach ((_, object value) in Fields((byte[])fields[5]).Where(f => f.Number == 1))
        {
            var parts = Fields((byte[])value).ToDictionary(f => f.Number, f => f.Value);
            yield return new EventPoint(Encoding.UTF8.GetString((byte[])parts[1]), (long)(ulong)fields[2],
                BitConverter.UInt32BitsToSingle((uint)parts[2]), time);
        }
    }

    private static IEnumerable<(int Number, object Value)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong key = ReadVarInt(message, ref at);
            object value;
            switch ((int)(key & 7))
            {
                case VarInt:
                    value = ReadVarInt(message, ref at);
                    break;
                case Fixed64:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at));
                    at += 8;
                    break;
                case Bytes:
                    int length = (int)ReadVarInt(message, ref at);
                    value = message[at..(at + length)];
                    at += length;
                    break;
                case Fixed32:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {key & 7}");
            }
            yield return ((int)(key >> 3), value);
        }
    }

    private static ulong ReadVarInt(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}
