using System.IO.Hashing;
using System.Text;

namespace Postern.Files;

/// <summary>
/// What is worth knowing from one command to the next and can be found out again: the folder that <c>POSTERN_CACHE</c> names,
/// else <c>postern</c> in the user's folder for caches. Where it cannot be used, everything works and takes longer.
/// </summary>
internal static class UserCache
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "POSTERN_CACHE";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>The folder; null where the user has none.</summary>
    public static string? Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return named;
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            string? caches = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set && Path.IsPathRooted(set) ? set
                : home.Length == 0 ? null
                : Path.Combine(home, OperatingSystem.IsMacOS() ? "Library/Caches" : ".cache");
            return caches is { Length: > 0 } ? Path.Combine(caches, "postern") : null;
        }
    }

    /// <summary>The folder for what is known about the dataset at <paramref name="root"/>; null where there is none.</summary>
    public static string? FolderOf(string root) => Folder is string folder
        ? Path.Combine(folder, XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(Path.GetFullPath(root))).ToString("x16")) : null;

    /// <summary>
    /// Waits until no other process finds out what <paramref name="folder"/> is for, and keeps others from it; null where the
    /// folder cannot be used.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public static IDisposable? Hold(string? folder, CancellationToken cancel)
    {
        if (folder is null) return null;
        try
        {
            Directory.CreateDirectory(folder);
            while (true)
            {
                if (FolderLock.TryTake(folder) is FolderLock held) return held;
                if (!FolderLock.IsHeld(folder)) return null;
                cancel.WaitHandle.WaitOne(Poll);
                cancel.ThrowIfCancellationRequested();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            return null;
        }
    }
}
