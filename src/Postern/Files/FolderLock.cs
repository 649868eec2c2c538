namespace Postern.Files;

/// <summary>
/// Held while a process works in a folder (a cell, an ingredient), so that no two processes ever write the same file. The system
/// drops it when the process ends.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const int Attempts = 3;

    // Whoever only looks (IsHeld) has the file open for an instant.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly FileStream file;

    private FolderLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock of an existing folder; null where another holds it.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static FolderLock? TryTake(string folder)
    {
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    return new FolderLock(
                        new FileStream(PathIn(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
                }
                catch (IOException) when (attempt < Attempts)
                {
                    Thread.Sleep(Pause);
                }
            }
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InputException(folder, $"cannot be written to ({e.Message}); choose another folder with --out", e);
        }
    }

    /// <summary>Whether a process holds the lock of a folder now.</summary>
    public static bool IsHeld(string folder)
    {
        try
        {
            using var look = new FileStream(PathIn(folder), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => file.Dispose();

    private static string PathIn(string folder) => Path.Combine(folder, ".lock");
}
