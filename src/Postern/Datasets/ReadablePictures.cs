using System.IO.Hashing;
using System.Runtime.InteropServices;
using Postern.Imaging;
using SkiaSharp;

namespace Postern.Datasets;

/// <summary>
/// Contents that were decoded without complaint, remembered from one command to the next whatever their files are called, since
/// the same bytes need no second look. Safe from several threads.
/// </summary>
internal sealed class ReadablePictures
{
    private static readonly string DecoderVersion = typeof(SKCodec).Assembly.GetName().Version!.ToString();

    private readonly string? path = UserCache.Folder is string folder ? Path.Combine(folder, "readable.bin") : null;
    private readonly Lock gate = new();
    private readonly ulong decoder;
    private HashSet<ulong> added = [];
    private Lazy<ulong[]> known;

    /// <summary>Those that were decoded as <paramref name="fit"/> asks, by the decoder of this version.</summary>
    public ReadablePictures(SquareFit fit)
    {
        // The side matters only where a picture is decoded at a part of its size.
        string kind = FormattableString.Invariant($"{DecoderVersion} {fit.KeepsAspect} {fit.Enough}");
        decoder = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(kind.AsSpan()));
        known = new Lazy<ulong[]>(Stored);
    }

    private static ReadOnlySpan<byte> Kind => "pstnred1"u8;

    /// <summary>Whether this content was decoded before.</summary>
    public bool Contains(FileContent content)
    {
        ulong key = KeyOf(content);
        if (Array.BinarySearch(known.Value, key) >= 0) return true;
        lock (gate) return added.Contains(key);
    }

    /// <summary>Takes note of a content that was decoded.</summary>
    public void Add(FileContent content)
    {
        lock (gate) added.Add(KeyOf(content));
    }

    /// <summary>Looks again at what other processes have kept.</summary>
    public void Reload() => known = new Lazy<ulong[]>(Stored);

    /// <summary>Writes what was added to what is there.</summary>
    public void Save()
    {
        lock (gate)
        {
            if (added.Count == 0) return;
            added.UnionWith(Stored());
            ulong[] all = [.. added];
            Array.Sort(all);
            CacheFile.Write(path, Kind, all);
            added = [];
            Reload();
        }
    }

    private ulong[] Stored() => CacheFile.Read(path, Kind, columns: 1) is [var keys] ? keys : [];

    private ulong KeyOf(FileContent content)
    {
        Span<ulong> parts = [decoder, (ulong)content.Length, content.Checksum];
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(parts));
    }
}
