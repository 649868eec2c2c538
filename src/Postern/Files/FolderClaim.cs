using System.Collections.Concurrent;
using System.Globalization;

namespace Postern.Files;

/// <summary>
/// A process's claim on a folder (a cell, an artifact), so that no two ever write there: the file <c>.claim-N</c>, made
/// exclusively, which names the holder and whose time is the holder's heartbeat. It needs no locks of the file system, so it
/// holds on one that several machines share. A holder that is seen to be dead, or whose heart has not beaten for
/// <see cref="Expiry"/>, is succeeded by whoever makes <c>.claim-(N+1)</c> first. A holder that stood still and wakes finds that
/// before it writes: every write into a claimed folder beats the heart and looks for a successor first, while a successor looks
/// for a late beat, so that one of the two gives way.
/// </summary>
internal sealed class FolderClaim : IDisposable
{
    /// <summary>The environment variable with the seconds after which a heart that has not beaten counts as dead.</summary>
    public const string Variable = "POSTERN_CLAIM_SECONDS";

    private const string Prefix = ".claim-";
    private const int Attempts = 64, BeatsPerExpiry = 6;

    private static readonly ConcurrentDictionary<string, FolderClaim> Own = new(StringComparer.Ordinal);

    private readonly string folder;
    private readonly int number;
    private readonly ClaimRecord record;
    private readonly FileStream file;
    private readonly Lock beating = new();
    private readonly Timer heart;

    private FolderClaim(string folder, int number, ClaimRecord record, FileStream file, ClaimRecord? former)
    {
        (this.folder, this.number, this.record, this.file, Former) = (folder, number, record, file, former);
        TimeSpan pause = Expiry / BeatsPerExpiry;
        heart = new Timer(_ => Beat(), null, pause, pause);
        Own[folder] = this;
    }

    /// <summary>How long a heart may stand still.</summary>
    public static TimeSpan Expiry { get; } = TimeSpan.FromSeconds(
        double.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.Float, CultureInfo.InvariantCulture,
            out double seconds) && seconds >= 1 ? seconds : 60);

    /// <summary>The holder that died before, whose work this one goes on with; null where there was none.</summary>
    public ClaimRecord? Former { get; }

    /// <summary>Claims a folder, making it where there is none; null where another holds it.</summary>
    /// <exception cref="InputException">The folder cannot be written to, or something else has the claim's name.</exception>
    public static FolderClaim? TryTake(string folder)
    {
        string full = Path.GetFullPath(folder);
        try
        {
            Directory.CreateDirectory(full);
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                int newest = Newest(full);
                Found? before = newest == 0 ? null : Look(full, newest);
                if (before is { Gone: true }) continue;
                if (before is not null && !before.IsDead(Now(full))) return null;
                if (Make(full, newest + 1) is not (ClaimRecord record, FileStream file)) continue;
                // A successor that came between, or a holder that woke, has the folder.
                if (Newest(full) == newest + 1 && (before is null || Look(full, newest).Modified == before.Modified))
                    return new FolderClaim(full, newest + 1, record, file, before?.Record);
                file.Dispose();
                File.Delete(PathOf(full, newest + 1));
                return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(folder, $"cannot be written to ({e.Message}); choose another folder with --out", e);
        }
        throw new InputException(PathOf(folder, Newest(full)), "can be neither read nor replaced; delete it");
    }

    /// <summary>Whether a process that lives holds a folder.</summary>
    public static bool IsHeld(string folder) => IsHeld(folder, out _);

    /// <summary>Whether a process that lives holds a folder, and which.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="holder">The process; null where none holds it, or while its claim is being written.</param>
    public static bool IsHeld(string folder, out ProcessName? holder)
    {
        holder = null;
        try
        {
            int newest = Directory.Exists(folder) ? Newest(folder) : 0;
            if (newest == 0 || Look(folder, newest) is not { Gone: false } found || found.IsDead(DateTime.UtcNow)) return false;
            holder = found.Record?.Holder;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            return false;
        }
    }

    /// <summary>
    /// Sees to it that a file may be written: within a folder that this process has claimed, only as long as the claim is its
    /// own.
    /// </summary>
    /// <param name="path">A full path.</param>
    /// <exception cref="ClaimLostException">It is not any more.</exception>
    public static void CheckWriting(string path)
    {
        if (Own.IsEmpty) return;
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Own.TryGetValue(folder, out FolderClaim? claim)) claim.Check();
    }

    /// <summary>Sees to it that the claim is still this process's own.</summary>
    /// <exception cref="ClaimLostException">It is not.</exception>
    public void Check()
    {
        Beat();
        if (!IsOwn()) throw new ClaimLostException(folder);
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        Own.TryRemove(KeyValuePair.Create(folder, this));
        heart.Dispose();
        try
        {
            bool own = IsOwn();
            lock (beating) file.Dispose();
            if (!own) return;
            // Those that died before go first: the newest stands for the folder until the end.
            foreach (int old in Numbers(folder).Where(n => n < number)) File.Delete(PathOf(folder, old));
            File.Delete(PathOf(folder, number));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // This process is seen to be dead when it ends, and its claim is succeeded.
        }
    }

    private bool IsOwn()
    {
        try
        {
            return !File.Exists(PathOf(folder, number + 1))
                && Look(folder, number) is { Gone: false } found && found.Record?.Token == record.Token;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            return false;
        }
    }

    private void Beat()
    {
        try
        {
            lock (beating) RandomAccess.Write(file.SafeFileHandle, record.Beating().Bytes(), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Whoever writes next looks whether the claim stands.
        }
    }

    private static (ClaimRecord Record, FileStream File)? Make(string folder, int number)
    {
        string path = PathOf(folder, number);
        var record = ClaimRecord.Own(Guid.NewGuid().ToString("N"));
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete,
                bufferSize: 0);
        }
        catch (IOException e) when (IsThere(e))
        {
            return null;
        }
        try
        {
            file.Write(record.Bytes());
            file.Flush(flushToDisk: true);
            return (record, file);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>
    /// Whether a file could not be made because one is there, though its maker may have removed it again by now.
    /// </summary>
    private static bool IsThere(IOException e)
    {
        const int existsOnUnix = 17, existsOnWindows = unchecked((int)0x80070050);
        return e.HResult is existsOnUnix or existsOnWindows;
    }

    private static Found Look(string folder, int number)
    {
        string path = PathOf(folder, number);
        PlainFile.Check(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[Math.Min(file.Length, 1 << 16)];
            int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return new Found(ClaimRecord.Of(bytes.AsSpan(0, read)), File.GetLastWriteTimeUtc(file.SafeFileHandle), Gone: false);
        }
        catch (FileNotFoundException)
        {
            if (new FileInfo(path).LinkTarget is not null) throw new InputException(path, "is a link to nothing; delete it");
            return new Found(null, default, Gone: true);
        }
    }

    /// <summary>The time by the clock that stamps the files of a folder: machines that share one may differ.</summary>
    private static DateTime Now(string folder)
    {
        string probe = TemporaryName.Beside(Path.Combine(folder, Prefix));
        try
        {
            File.WriteAllBytes(probe, []);
            return File.GetLastWriteTimeUtc(probe);
        }
        finally
        {
            File.Delete(probe);
            TemporaryName.Forget(probe);
        }
    }

    private static int Newest(string folder) => Numbers(folder).DefaultIfEmpty().Max();

    private static IEnumerable<int> Numbers(string folder) => Directory.EnumerateFileSystemEntries(folder, $"{Prefix}*")
        .Select(
            p => int.TryParse(Path.GetFileName(p)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            ? n : 0);

    private static string PathOf(string folder, int number) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}"));

    private sealed record Found(ClaimRecord? Record, DateTime Modified, bool Gone)
    {
        public bool IsDead(DateTime now) =>
            (Record is { Holder: { IsHere: true } holder } && !holder.Lives) || now - Modified > Expiry;
    }
}
