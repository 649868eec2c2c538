using System.IO.Compression;

namespace Postern.Files;

/// <summary>A zip archive. One handle, one reader at a time; what callers do with the bytes runs in parallel.</summary>
internal sealed class ZipTree : ArchiveTree
{
    // Deflate cannot expand further than 1032-fold; an entry that claims more is not believed.
    private const long LargestExpansion = 1032;

    private readonly Lock gate = new();
    private readonly ZipArchive archive;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
    private readonly long archiveLength;

    /// <summary>Reads the archive's table of contents.</summary>
    /// <exception cref="InputException">Missing, unreadable, or not a zip.</exception>
    internal ZipTree(string path) : base(path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            archiveLength = stream.Length;
            archive = new ZipArchive(stream, ZipArchiveMode.Read);
            foreach (ZipArchiveEntry entry in archive.Entries)
                if (Safe(entry.FullName) is string name) entries.TryAdd(name, entry);
        }
        catch (Exception e) when (e is not InputException)
        {
            stream?.Dispose();
            throw new InputException(path, $"cannot be read as a zip archive: {e.Message}", e);
        }
        SetNames(entries.Keys);
    }

    internal override long LengthOf(string file) => Entry(file).Length;

    internal override bool TryContent(string file, out FileContent content)
    {
        ZipArchiveEntry entry = Entry(file);
        content = new FileContent(entry.Length, entry.Crc32);
        return true;
    }

    internal override byte[] Read(string file)
    {
        ZipArchiveEntry entry = Entry(file);
        byte[] bytes = Unpack(entry, file);
        // What a set is taken for rests on the archive's table of contents; it has to be true of what is read.
        if (FileContent.Of(bytes).Checksum != entry.Crc32)
            throw new InputException(Describe(file),
                "is damaged in the archive: its checksum is not the one in the archive's table");
        return bytes;
    }

    public override void Dispose() => archive.Dispose();

    private byte[] Unpack(ZipArchiveEntry entry, string file)
    {
        try
        {
            lock (gate)
            {
                if (entry.CompressedLength > archiveLength || entry.Length > LargestFile
                    || entry.Length > entry.CompressedLength * LargestExpansion)
                    throw new InputException(Describe(file),
                        $"says it holds {entry.Length} bytes, which its place in the archive cannot");
                byte[] content = new byte[entry.Length];
                using Stream stream = entry.Open();
                stream.ReadExactly(content);
                return content;
            }
        }
        catch (Exception e) when (e is not InputException)
        {
            throw Damaged(file, e);
        }
    }

    internal override byte[] Head(string file, int count)
    {
        ZipArchiveEntry entry = Entry(file);
        try
        {
            lock (gate)
            {
                using Stream stream = entry.Open();
                return HeadOf(stream, count);
            }
        }
        catch (Exception e)
        {
            throw Damaged(file, e);
        }
    }

    private InputException Damaged(string file, Exception e) =>
        new(Describe(file), $"is damaged in the archive: {e.Message}", e);

    private ZipArchiveEntry Entry(string file) =>
        entries.GetValueOrDefault(file) ?? throw new InputException(Describe(file), "there is no such file in the archive");
}
