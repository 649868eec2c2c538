using System.Text;

namespace Postern.Files;

/// <summary>
/// Writes a file as a whole: into a temporary file of the same folder, flushed to disk, then renamed over the target. A reader,
/// or the next run after a kill, sees the old content or the new one, never a part. What a kill leaves behind has a
/// <see cref="TemporaryName"/>, is never read, and is removed by the next process that claims the folder. Into a folder that this
/// process has claimed (<see cref="FolderClaim"/>), nothing is written once the claim is lost.
/// </summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes what <paramref name="write"/> gives to <paramref name="path"/>, making its folder where there is none.
    /// </summary>
    /// <param name="path">The target.</param>
    /// <param name="write">Gives the content.</param>
    /// <param name="keepAs">The name that the old content gets; a kill between the two renames leaves it there alone. Null where
    /// it goes.</param>
    /// <exception cref="InputException">The place cannot be written to; the target is untouched.</exception>
    /// <exception cref="ClaimLostException">The folder was claimed and is not any more; the target is untouched.</exception>
    public static void Write(string path, Action<Stream> write, string? keepAs = null)
    {
        string full = Path.GetFullPath(path), temporary = TemporaryName.Beside(full);
        try
        {
            FolderClaim.CheckWriting(full);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            FolderClaim.CheckWriting(full);
            if (keepAs is not null && File.Exists(full)) File.Move(full, keepAs, overwrite: true);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e)
        {
            DeleteIfThere(temporary);
            if (e is not (IOException or UnauthorizedAccessException)) throw;
            // Where the folder is gone, that is the reason.
            FolderClaim.CheckWriting(full);
            throw new InputException(path, $"cannot be written ({e.Message})", e);
        }
        finally
        {
            TemporaryName.Forget(temporary);
        }
    }

    /// <summary>Writes <paramref name="text"/> as UTF-8 without a byte order mark.</summary>
    /// <exception cref="InputException">The place cannot be written to; the target is untouched.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write's own failure is the one to report; the leftover is recognisable and never read.
        }
    }
}
