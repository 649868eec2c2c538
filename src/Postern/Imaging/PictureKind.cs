using System.Buffers.Binary;

namespace Postern.Imaging;

/// <summary>Which files are pictures that <see cref="ImageFile"/> decodes, told without decoding them.</summary>
internal static class PictureKind
{
    /// <summary>First bytes of a file that <see cref="Begins"/> needs.</summary>
    internal const int HeadBytes = 16;

    private static readonly string[] Endings =
        [".jpeg", ".jpg", ".jpe", ".jfif", ".png", ".ppm", ".pgm", ".bmp", ".webp", ".gif"];

    private static ReadOnlySpan<byte> Jpeg => [0xFF, 0xD8, 0xFF];

    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G'];

    /// <summary>Whether the name's ending is one of a picture's, in upper or lower case.</summary>
    internal static bool HasEnding(ReadOnlySpan<char> name)
    {
        ReadOnlySpan<char> ending = Path.GetExtension(name);
        foreach (string known in Endings)
            if (ending.Equals(known, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>Whether a file begins as a picture does, whatever its ending.</summary>
    /// <param name="head">Its first <see cref="HeadBytes"/> bytes, or all of them.</param>
    /// <param name="length">Its size in bytes.</param>
    internal static bool Begins(ReadOnlySpan<byte> head, long length) =>
        head.StartsWith(Jpeg) || head.StartsWith(Png) || head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)
        || (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8))
        || Ppm.Begins(head) || IsBitmap(head, length);

    // Two letters are little to go by: many a text begins with BM.
    private static bool IsBitmap(ReadOnlySpan<byte> head, long length) =>
        head.Length >= 6 && head.StartsWith("BM"u8) && BinaryPrimitives.ReadUInt32LittleEndian(head[2..]) == length;
}
