using System.Globalization;
using System.Runtime.InteropServices;

namespace Postern.Native.Paths;

/// <summary>
/// What oneDNN has noted of the processor's caches: part of one static object in the writable data of libtorch_cpu, made when the
/// first convolution runs. Ten sizes in bytes, ten counts of cores that share a cache, the number of levels, each a 32-bit word.
/// It is found by what it holds and written in place, through the kernel's view of this process, so that a wrong address is an
/// error and not a crash.
/// </summary>
internal sealed class CacheRecord
{
    private const int Levels = 10;
    private const int Words = 2 * Levels + 1;
    private const string Library = "libtorch_cpu.so";
    private const string Memory = "/proc/self/mem";

    private readonly long address;

    private CacheRecord(long address, uint[] words) => (this.address, Sizes) = (address, [.. words.Take((int)words[^1])]);

    /// <summary>Bytes of each level.</summary>
    public IReadOnlyList<uint> Sizes { get; }

    /// <summary>
    /// Whether oneDNN's record of this process says three levels of one byte each. Starts oneDNN where it has not run yet.
    /// </summary>
    public static bool IsBroken()
    {
        if (!OperatingSystem.IsLinux()) return false;
        OneDnn.Use(true);
        try
        {
            return FindBroken().Sizes.Count > 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>The record that says three levels of one byte each, as oneDNN 3.7.1 makes it from an empty leaf.</summary>
    /// <exception cref="InvalidDataException">It is not there, or several places look like it.</exception>
    public static CacheRecord FindBroken() =>
        Find(words => Looks(words) && words[^1] == 3 && words.Take(3).All(size => size == 1));

    /// <summary>
    /// The record of a processor that tells its caches: two to four levels, the first 8 to 256 KiB, none smaller than the one
    /// before.
    /// </summary>
    /// <exception cref="InvalidDataException">It is not there, or several places look like it.</exception>
    public static CacheRecord FindTrue() => Find(words =>
    {
        if (!Looks(words) || words[^1] < 2 || words[0] is < 8 << 10 or > 256 << 10) return false;
        uint[] sizes = [.. words.Take((int)words[^1])];
        return sizes.All(size => size % 1024 == 0) && sizes.Zip(sizes.Skip(1)).All(pair => pair.First <= pair.Second);
    });

    /// <summary>Writes other sizes, with one core at each cache.</summary>
    public void Write(params uint[] sizes)
    {
        uint[] words = new uint[Words];
        sizes.CopyTo(words, 0);
        Array.Fill(words, 1u, Levels, sizes.Length);
        words[^1] = (uint)sizes.Length;
        using FileStream memory = new(Memory, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        memory.Seek(address, SeekOrigin.Begin);
        memory.Write(MemoryMarshal.AsBytes(words.AsSpan()));
    }

    /// <summary>As many levels as said, each with a size and a sharing count, and zeros behind them.</summary>
    private static bool Looks(ReadOnlySpan<uint> words)
    {
        if (words[^1] is < 1 or > 4) return false;
        for (int level = 0; level < Levels; level++)
        {
            bool there = level < words[^1];
            if (there != words[level] > 0 || there != words[Levels + level] is > 0 and <= 4096) return false;
        }
        return true;
    }

    private delegate bool Test(uint[] words);

    private static CacheRecord Find(Test is_)
    {
        List<CacheRecord> found = [];
        using FileStream memory = new(Memory, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        foreach ((long from, long to) in WritableRanges())
        {
            byte[] bytes = new byte[to - from];
            memory.Seek(from, SeekOrigin.Begin);
            memory.ReadExactly(bytes);
            ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
            for (int i = 0; i + Words <= words.Length; i++)
            {
                // The number of levels is small; most of the memory is passed over by this alone.
                if (words[i + Words - 1] is < 1 or > 4) continue;
                uint[] candidate = words.Slice(i, Words).ToArray();
                if (is_(candidate)) found.Add(new CacheRecord(from + i * sizeof(uint), candidate));
            }
        }
        return found.Count == 1 ? found[
            0] : throw new InvalidDataException($"{found.Count} places in {Library} look like oneDNN's record of the caches");
    }

    /// <summary>
    /// The writable mappings of the library and the anonymous one behind each, where its zero-initialised data goes on.
    /// </summary>
    private static IEnumerable<(long From, long To)> WritableRanges()
    {
        long end = -1;
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            // from-to rights offset device inode path
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            long[] range =
                [.. parts[0].Split('-').Select(a => long.Parse(a, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            bool own = parts.Length > 5 && parts[^1].EndsWith(Library, StringComparison.Ordinal);
            if (own) end = range[1];
            if (!parts[1].StartsWith("rw", StringComparison.Ordinal)) continue;
            if (own || (parts.Length == 5 && range[0] == end)) yield return (range[0], range[1]);
        }
    }
}
