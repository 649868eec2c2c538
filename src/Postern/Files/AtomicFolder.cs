namespace Postern.Files;

/// <summary>
/// Writes a folder as a whole: into a temporary one beside it, which takes its name at the end. A kill leaves at most a folder
/// with a <see cref="TemporaryName"/>, which is never read, and which the next one that is written there removes.
/// </summary>
public static class AtomicFolder
{
    /// <summary>Lets <paramref name="write"/> fill a temporary folder and renames it to <paramref name="path"/>.</summary>
    /// <param name="path">Must not be there yet, or be an empty folder.</param>
    /// <param name="write">Gets the temporary folder; where it throws, that folder is deleted.</param>
    /// <exception cref="InputException">Something is there already, or the place cannot be written to.</exception>
    public static void Write(string path, Action<string> write)
    {
        CheckFree(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is string parent) TemporaryName.RemoveDead(parent);
        string temporary = TemporaryName.Beside(full);
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            if (Directory.Exists(full)) Directory.Delete(full);
            Directory.Move(temporary, full);
        }
        catch (Exception e)
        {
            DeleteIfThere(temporary);
            if (e is IOException or UnauthorizedAccessException)
                throw new InputException(path, $"cannot be written ({e.Message})", e);
            throw;
        }
        finally
        {
            TemporaryName.Forget(temporary);
        }
    }

    /// <summary>Refuses a place that is in use, before long work is begun for it.</summary>
    /// <param name="path">Where the folder shall be.</param>
    /// <param name="apartFrom">What it must not lie in, such as the dataset that it is made of; null for nothing.</param>
    /// <exception cref="InputException">A file or a folder with something in it is there.</exception>
    public static void CheckFree(string path, string? apartFrom = null)
    {
        if (apartFrom is not null && PlainFile.IsWithin(path, apartFrom))
            throw new InputException(path, $"lies in {apartFrom}, which would gain a class; name a folder elsewhere");
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw new InputException(path, "is there already and not empty; name a new folder");
    }

    private static void DeleteIfThere(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write's own failure is the one to report; the leftover is recognisable and never read.
        }
    }
}
