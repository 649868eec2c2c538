using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Postern.Files;

/// <summary>
/// The checksums of files in a folder, remembered from one command to the next by name and <see cref="FileStamp"/>: a file that
/// was not touched is not read again. Safe from several threads.
/// </summary>
internal sealed class FolderChecksums
{
    // Some file systems count in twos of seconds; a file that is changed again within one would look untouched.
    private static readonly TimeSpan Resolution = TimeSpan.FromSeconds(2);

    private readonly string? path;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private List<Entry> learned = [];
    private Lazy<Table> known;

    /// <summary>Those of the files under <paramref name="root"/>.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="clock">Tells how old a file is when it is read.</param>
    public FolderChecksums(string root, TimeProvider clock)
    {
        path = UserCache.FolderOf(root) is string folder ? Path.Combine(folder, "checksums.bin") : null;
        this.clock = clock;
        known = new Lazy<Table>(Stored);
    }

    private static ReadOnlySpan<byte> Kind => "pstncrc1"u8;

    /// <summary>Whether the checksum of a file is known.</summary>
    /// <param name="file">Its name from the root.</param>
    /// <param name="stamp">Its stamp now.</param>
    /// <param name="checksum">CRC-32 of its content.</param>
    public bool TryFind(string file, FileStamp stamp, out uint checksum)
    {
        Table table = known.Value;
        int place = Array.BinarySearch(table.Names, HashOf(file));
        bool found = place >= 0 && table.Stamps[place] == HashOf(stamp);
        checksum = found ? (uint)table.Checksums[place] : 0;
        return found;
    }

    /// <summary>Takes note of a checksum, unless the file is too young for its stamp to tell whether it stays as it is.</summary>
    public void Learn(string file, FileStamp stamp, uint checksum)
    {
        if (stamp.IsYoung(clock.GetUtcNow(), Resolution)) return;
        lock (gate) learned.Add(new Entry(HashOf(file), HashOf(stamp), checksum));
    }

    /// <summary>Forgets what was read from disk, since another process may have written more.</summary>
    public void Reload() => known = new Lazy<Table>(Stored);

    /// <summary>Writes what was learned to what is there.</summary>
    public void Save()
    {
        lock (gate)
        {
            if (learned.Count == 0) return;
            // Stable: of two entries of one name the later one counts.
            Table merged = Merge(Stored(), [.. learned.OrderBy(e => e.Name)]);
            CacheFile.Write(path, Kind, merged.Names, merged.Stamps, merged.Checksums);
            learned = [];
            Reload();
        }
    }

    private static Table Merge(Table old, Entry[] added)
    {
        List<ulong> names = new(old.Names.Length + added.Length), stamps = new(names.Capacity), checksums = new(names.Capacity);
        for (int i = 0, j = 0; i < old.Names.Length || j < added.Length;)
        {
            if (j == added.Length || (i < old.Names.Length && old.Names[i] < added[j].Name))
            {
                Put(old.Names[i], old.Stamps[i], old.Checksums[i]);
                i++;
                continue;
            }
            if (i < old.Names.Length && old.Names[i] == added[j].Name) i++;
            if (j + 1 == added.Length || added[j + 1].Name != added[j].Name)
                Put(added[j].Name, added[j].Stamp, added[j].Checksum);
            j++;
        }
        return new Table([.. names], [.. stamps], [.. checksums]);

        void Put(ulong name, ulong stamp, ulong checksum)
        {
            names.Add(name);
            stamps.Add(stamp);
            checksums.Add(checksum);
        }
    }

    private Table Stored() => CacheFile.Read(path, Kind, columns: 3) is [var names, var stamps, var checksums]
        ? new Table(names, stamps, checksums) : new Table([], [], []);

    private static ulong HashOf(string file) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(file.AsSpan()));

    private static ulong HashOf(FileStamp stamp) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<FileStamp>(in stamp)));

    /// <summary>A file, by hashes of its name and of its stamp.</summary>
    private readonly record struct Entry(ulong Name, ulong Stamp, ulong Checksum);

    /// <summary>Entries in the order of <paramref name="Names"/>.</summary>
    private sealed record Table(ulong[] Names, ulong[] Stamps, ulong[] Checksums);
}
