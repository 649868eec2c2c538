namespace Postern.Studies;

/// <summary>Held while a process runs a cell, so that no two processes ever write the same file. The system drops it when the process ends.</summary>
internal sealed class CellLock : IDisposable
{
    private readonly FileStream file;

    private CellLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock of a cell's folder; null where another process holds it.</summary>
    public static CellLock? TryTake(string folder)
    {
        try
        {
            return new CellLock(new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
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
