using System.IO.Hashing;

namespace Postern.Files;

/// <summary>
/// What tells a file's content from any other: how many bytes, and their CRC-32 as zip archives hold it, so that a file is the
/// same in a folder and in an archive. Two files that differ are taken for one in one of 4 billion cases, sets of many files
/// practically never.
/// </summary>
/// <param name="Length">Bytes.</param>
/// <param name="Checksum">CRC-32 (ISO-HDLC) of them.</param>
internal readonly record struct FileContent(long Length, uint Checksum)
{
    /// <summary>That of <paramref name="bytes"/>.</summary>
    public static FileContent Of(ReadOnlySpan<byte> bytes) => new(bytes.Length, Crc32.HashToUInt32(bytes));
}
