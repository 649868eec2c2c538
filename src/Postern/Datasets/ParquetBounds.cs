using System.Buffers.Binary;
using Parquet.Meta;

namespace Postern.Datasets;

/// <summary>
/// Checks every offset, size and count in a Parquet file against the file, since the reader allocates by them unasked.
/// Field numbers are those of parquet.thrift.
/// </summary>
internal static class ParquetBounds
{
    // A schema is read recursively; an honest one of pictures has about five elements.
    private const long MostSchemaElements = 200;

    // Encoded pictures hardly shrink further: their common headers do, their content does not.
    private const long LargestExpansion = 64;
    private const long AlwaysAllowed = 1 << 16;

    /// <summary>Checks the frame and the footer: everything that is needed before the footer is decoded.</summary>
    /// <exception cref="InputException">Not Parquet, cut short, or a length that exceeds the file.</exception>
    internal static void CheckFooter(ReadOnlySpan<byte> file, string source)
    {
        if (file.Length < 12 || !file.StartsWith("PAR1"u8) || !file.EndsWith("PAR1"u8))
            throw new InputException(source, "not a Parquet file, or it is cut short: it does not begin and end with PAR1");
        int length = BinaryPrimitives.ReadInt32LittleEndian(file[^8..]);
        if (length <= 0 || length > file.Length - 12)
            throw new InputException(source, $"the Parquet footer says it has {length} bytes, in a file of {file.Length}");
        IReadOnlyDictionary<(int, int), long> footer = CompactThrift.Walk(file[^(length + 8)..^8], source, out _);
        if (footer.GetValueOrDefault((2, 0)) is <= 0 or > MostSchemaElements)
            throw new InputException(source, "the Parquet schema is empty or huge");
    }

    /// <summary>Checks a column of a row group and every page in it.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="column">The column's place, from the decoded footer.</param>
    /// <param name="rows">Rows of the row group.</param>
    /// <param name="source">The file, for errors.</param>
    /// <exception cref="InputException">Something lies outside the file or is larger than its bytes can hold.</exception>
    internal static void CheckColumn(ReadOnlySpan<byte> file, ColumnChunk column, long rows, string source)
    {
        if (column.MetaData is not ColumnMetaData data || column.FilePath is not null)
            throw new InputException(source, "the Parquet file keeps its columns elsewhere; only self-contained files are read");
        long start = data.DictionaryPageOffset is long dictionary and > 0
            ? Math.Min(dictionary, data.DataPageOffset) : data.DataPageOffset;
        Check(start >= 4 && data.TotalCompressedSize > 0 && start <= file.Length - data.TotalCompressedSize);
        if (data.Codec is not (CompressionCodec.UNCOMPRESSED or CompressionCodec.SNAPPY))
            throw new InputException(source,
                $"the Parquet file is packed with {data.Codec}; only snappy and unpacked files are read");
        Check(data.NumValues == rows && data.TotalUncompressedSize >= 0);
        Check(data.TotalUncompressedSize <= data.TotalCompressedSize * LargestExpansion + AlwaysAllowed);

        ReadOnlySpan<byte> pages = file.Slice((int)start, (int)data.TotalCompressedSize);
        long values = 0, unpacked = 0;
        while (values < rows)
        {
            IReadOnlyDictionary<(int, int), long> header = CompactThrift.Walk(pages, source, out int headerLength);
            long uncompressed = header.GetValueOrDefault((2, 0), -1), compressed = header.GetValueOrDefault((3, 0), -1);
            Check(compressed >= 0 && compressed <= pages.Length - headerLength && uncompressed >= 0);
            long inPage = header.GetValueOrDefault((5, 1)) + header.GetValueOrDefault((8, 1));
            long entries = header.GetValueOrDefault((7, 1));
            Check(inPage >= 0 && inPage <= rows - values && entries >= 0 && entries <= uncompressed);
            ReadOnlySpan<byte> content = pages.Slice(headerLength, (int)compressed);
            // Version 2 pages keep their levels in front, unpacked, and may leave the values unpacked too.
            long levels = header.GetValueOrDefault((8, 5)) + header.GetValueOrDefault((8, 6));
            Check(levels >= 0 && levels <= Math.Min(uncompressed, compressed));
            if (data.Codec == CompressionCodec.SNAPPY && header.GetValueOrDefault((8, 7), 1) == 1 && compressed > levels)
                Check(SnappyLength(content[(int)levels..]) == uncompressed - levels);
            unpacked += uncompressed;
            Check(unpacked <= data.TotalUncompressedSize);
            values += inPage;
            pages = pages[(headerLength + (int)compressed)..];
        }

        void Check(bool holds)
        {
            if (!holds)
                throw new InputException(source, "the Parquet file is damaged: a column's place or size does not fit the file");
        }
    }

    // A snappy stream begins with its unpacked length as a varint of at most five bytes.
    private static long SnappyLength(ReadOnlySpan<byte> stream)
    {
        long length = 0;
        for (int i = 0; i < Math.Min(stream.Length, 5); i++)
        {
            length |= (long)(stream[i] & 127) << (7 * i);
            if (stream[i] < 128) return length;
        }
        return -1;
    }
}
