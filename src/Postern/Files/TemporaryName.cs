using System.Collections.Concurrent;
using System.Globalization;

namespace Postern.Files;

/// <summary>
/// Names of what is being written: <c>.NAME.SYSTEM-PROCESS-XXXXXXXX.tmp</c>. They tell who writes, so that what dead processes
/// left can be removed.
/// </summary>
internal static class TemporaryName
{
    /// <summary>The ending of temporary files and folders.</summary>
    public const string Extension = ".tmp";

    // Of a process that cannot be seen from here, or of earlier builds, whose names do not tell.
    private static readonly TimeSpan LongGone = TimeSpan.FromDays(1);

    private static readonly ConcurrentDictionary<string, bool> Own = new(StringComparer.Ordinal);

    /// <summary>A name beside <paramref name="path"/> for what shall be called that.</summary>
    /// <param name="path">A full path.</param>
    public static string Beside(string path)
    {
        string unique = Guid.NewGuid().ToString("N")[..8];
        string name = string.Create(CultureInfo.InvariantCulture,
            $".{Path.GetFileName(path)}.{ProcessName.Own.ShortSystem}-{Environment.ProcessId}-{unique}{Extension}");
        string temporary = Path.Combine(Path.GetDirectoryName(path) ?? path, name);
        Own[temporary] = true;
        return temporary;
    }

    /// <summary>What stood under the name has its own now, or is gone.</summary>
    public static void Forget(string temporary) => Own.TryRemove(temporary, out _);

    /// <summary>Deletes what this process is writing, where it is about to end; nothing is said of what cannot be.</summary>
    public static void RemoveOwn()
    {
        foreach (string temporary in Own.Keys) Remove(temporary);
    }

    /// <summary>Deletes in <paramref name="folder"/> what processes were writing that live no more.</summary>
    public static void RemoveDead(string folder)
    {
        try
        {
            if (!Directory.Exists(folder)) return;
            foreach (string temporary in Directory.EnumerateFileSystemEntries(folder, $".*{Extension}"))
                if (IsDead(temporary)) Remove(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever needs the folder says what is wrong with it.
        }
    }

    private static bool IsDead(string temporary)
    {
        string[] parts = Path.GetFileNameWithoutExtension(temporary).Split('.')[^1].Split('-');
        if (parts is [string system, string process, _] && system == ProcessName.Own.ShortSystem
            && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return !ProcessName.IsAlive(number);
        return DateTime.UtcNow - File.GetLastWriteTimeUtc(temporary) > LongGone;
    }

    private static void Remove(string temporary)
    {
        try
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            else File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is recognisable and never read.
        }
    }
}
