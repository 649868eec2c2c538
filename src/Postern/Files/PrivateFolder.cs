namespace Postern.Files;

/// <summary>
/// Folders that nobody but the user may look into: results tell which pictures, paths and models a user has. One that is there
/// keeps its permissions, so that a group may share one that it makes first.
/// </summary>
internal static class PrivateFolder
{
    /// <summary>Makes <paramref name="path"/> where there is none, and the folders above it as usual.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder above may not be written to.</exception>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
