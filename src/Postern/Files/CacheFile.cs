using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Postern.Files;

/// <summary>
/// A file of numbers in a cache: a word that tells what it is, columns of equal length one after another, and a checksum of all.
/// What is damaged, or was written by another version, counts as not there.
/// </summary>
internal static class CacheFile
{
    private const int Number = sizeof(ulong);

    /// <summary>The columns of the file; null where there is none of this kind.</summary>
    /// <param name="path">Null where there is no cache.</param>
    /// <param name="kind">Eight letters: what the file is, and its version.</param>
    /// <param name="columns">How many columns.</param>
    public static ulong[][]? Read(string? path, ReadOnlySpan<byte> kind, int columns)
    {
        if (path is null || !File.Exists(path)) return null;
        try
        {
            byte[] content = File.ReadAllBytes(path);
            int rows = (content.Length - 2 * Number) / Number / columns;
            if (rows < 0 || content.Length != Number * (2 + rows * columns) || !content.AsSpan(0, Number).SequenceEqual(kind)
                || XxHash3.HashToUInt64(content.AsSpan(..^Number)) != MemoryMarshal.Read<ulong>(content.AsSpan(^Number..)))
                return null;
            ReadOnlySpan<ulong> numbers = MemoryMarshal.Cast<byte, ulong>(content.AsSpan(Number..^Number));
            ulong[][] found = new ulong[columns][];
            for (int c = 0; c < columns; c++) found[c] = numbers.Slice(c * rows, rows).ToArray();
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the file as a whole; does nothing where the place cannot be written to.</summary>
    public static void Write(string? path, ReadOnlySpan<byte> kind, params ulong[][] columns)
    {
        if (path is null) return;
        byte[] word = kind.ToArray();
        try
        {
            AtomicFile.Write(path, stream =>
            {
                var checksum = new XxHash3();
                Put(word);
                foreach (ulong[] column in columns) Put(MemoryMarshal.AsBytes(column.AsSpan()));
                ulong sum = checksum.GetCurrentHashAsUInt64();
                stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in sum)));

                void Put(ReadOnlySpan<byte> bytes)
                {
                    stream.Write(bytes);
                    checksum.Append(bytes);
                }
            });
        }
        catch (InputException)
        {
            // A cache that cannot be written is found out again next time.
        }
    }
}
