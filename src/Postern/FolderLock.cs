namespace Postern;

/// <summary>
/// Held while a process works in a folder (a cell, an ingredient), so that no two processes ever write the same file. The system
/// drops it when the process ends.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream file;

    private FolderLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock of an existing folder; null where another holds it.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static FolderLock? TryTake(string folder)
    {
        try
        {
            return new FolderLock(new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
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

    public void Dispose() => file.Dispose();
}
