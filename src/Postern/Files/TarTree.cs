using System.Formats.Tar;
using System.IO.Compression;

namespace Postern.Files;

/// <summary>
/// A gzipped tar archive of moderate size (CIFAR-10's 170 MB), held unpacked in memory since a tar has no index.
/// </summary>
internal sealed class TarTree : ArchiveTree
{
    // No dataset kept this way is larger, and gzip expands at most 1032-fold.
    private const long LargestContent = 512L << 20, LargestExpansion = 1032;

    private readonly Dictionary<string, byte[]> contents = new(StringComparer.Ordinal);

    /// <summary>Unpacks the archive.</summary>
    /// <exception cref="InputException">Missing, damaged, cut short or too large.</exception>
    internal TarTree(string path) : base(path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            using var tar = new TarReader(unzipped);
            long total = 0;
            while (tar.GetNextEntry() is TarEntry entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
                if (Safe(entry.Name) is not string name) continue;
                total += entry.Length;
                if (total > LargestContent)
                    throw new InputException(path, $"holds more than {LargestContent} bytes; unpack it and name the folder");
                // Before memory is taken for it: a damaged header may claim anything.
                if (total > file.Length * LargestExpansion)
                    throw new InputException(path, $"damaged: '{name}' in it claims {entry.Length} bytes, more than it can hold");
                byte[] content = new byte[entry.Length];
                entry.DataStream?.ReadExactly(content);
                contents.TryAdd(name, content);
            }
        }
        catch (Exception e) when (e is not InputException)
        {
            throw new InputException(path, $"cannot be read as a .tar.gz archive: {e.Message}", e);
        }
        SetNames(contents.Keys);
    }

    internal override long LengthOf(string file) => Read(file).Length;

    internal override bool TryContent(string file, out FileContent content)
    {
        content = FileContent.Of(Read(file));
        return true;
    }

    internal override byte[] Read(string file) =>
        contents.GetValueOrDefault(file) ?? throw new InputException(Describe(file), "there is no such file in the archive");

    internal override byte[] Head(string file, int count)
    {
        byte[] content = Read(file);
        return content[..Math.Min(count, content.Length)];
    }
}
