using System.IO.Hashing;
using System.Text;

namespace Postern.Files;

/// <summary>
/// The checksum that a JSON record ends with: <c>"checksum"</c>, XXH128 in hex of all bytes before it. It finds damage, not
/// forgery. Records of earlier builds have none, and somebody who changes one by hand takes the line away.
/// </summary>
internal static class RecordChecksum
{
    private const int Digits = 32;
    private static readonly byte[] Line = Encoding.ASCII.GetBytes("\n  \"checksum\": \"");
    private static readonly byte[] End = Encoding.ASCII.GetBytes("\"\n}\n");

    /// <summary>The record with its checksum and a last line feed.</summary>
    /// <param name="json">An object with something in it, indented by two, with line feeds alone, up to its last brace.</param>
    public static byte[] Added(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> content = json[..^"\n}".Length];
        return [.. content, (byte)',', .. Line, .. Encoding.ASCII.GetBytes(Of(content)), .. End];
    }

    /// <summary>Whether a record has the checksum that fits it, or none.</summary>
    public static bool Fits(ReadOnlySpan<byte> record)
    {
        int length = 1 + Line.Length + Digits + End.Length;
        if (record.Length < length) return true;
        ReadOnlySpan<byte> content = record[..^length], tail = record[^length..];
        return tail[0] == ',' && tail[1..].StartsWith(Line) && tail.EndsWith(End)
            ? tail.Slice(1 + Line.Length, Digits).SequenceEqual(Encoding.ASCII.GetBytes(Of(content)))
            // A checksum in another place than the end: the record was cut or added to.
            : record.IndexOf(Line) < 0;
    }

    private static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(XxHash128.Hash(content));
}
