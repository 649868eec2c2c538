using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Postern.Models.Checkpoints;

/// <summary>
/// The checksum of a safetensors file: XXH128 in hex of all its bytes, with zeros in the place of these digits, which stand among
/// the metadata. It finds damage, not forgery.
/// </summary>
internal sealed class TensorChecksum
{
    /// <summary>The name that it has among the metadata.</summary>
    public const string Key = "postern_checksum";

    private const int Length = 32, Part = 1 << 20;
    private static readonly byte[] Before = Encoding.ASCII.GetBytes($"\"{Key}\":\"");

    private readonly XxHash128 hash = new();

    /// <summary>What stands in its place until it is known.</summary>
    public static string Unknown { get; } = new('0', Length);

    /// <summary>The digits, once all of the file is appended with <see cref="Unknown"/> in their place.</summary>
    public byte[] Digits => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetCurrentHash()));

    /// <summary>Takes in the next bytes of the file.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => hash.Append(bytes);

    /// <summary>Where the digits stand in a header; null where there are none.</summary>
    public static int? PlaceIn(ReadOnlySpan<byte> header)
    {
        int at = header.IndexOf(Before);
        return at < 0 || header.Length < at + Before.Length + Length ? null : at + Before.Length;
    }

    /// <summary>Whether a file has the checksum that fits it, or none.</summary>
    /// <param name="file">Read from its beginning to its end.</param>
    /// <param name="dataStart">Where its header ends.</param>
    public static bool Fits(Stream file, long dataStart)
    {
        file.Position = 0;
        byte[] head = new byte[dataStart];
        file.ReadExactly(head);
        if (PlaceIn(head) is not int place) return true;
        Span<byte> digits = head.AsSpan(place, Length);
        byte[] found = digits.ToArray();
        digits.Fill((byte)'0');
        var checksum = new TensorChecksum();
        checksum.Append(head);
        byte[] part = ArrayPool<byte>.Shared.Rent(Part);
        try
        {
            for (int read = file.Read(part); read > 0; read = file.Read(part)) checksum.Append(part.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }
        return checksum.Digits.AsSpan().SequenceEqual(found);
    }
}
