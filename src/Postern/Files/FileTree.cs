namespace Postern.Files;

/// <summary>
/// Files under one root for reading: a folder, or an archive read as if it were one. Names are relative to the root with
/// <c>/</c> between parts; nothing is ever extracted. Reading is safe from several threads at once.
/// </summary>
internal abstract class FileTree(string root) : IDisposable
{
    /// <summary>Largest file that is read whole (1 GiB).</summary>
    internal const long LargestFile = 1L << 30;

    /// <summary>The folder or archive on disk.</summary>
    internal string Root { get; } = root;

    /// <summary>
    /// Names of the folders directly in <paramref name="folder"/> (<c>""</c> for the root), sorted by code point.
    /// </summary>
    internal abstract IReadOnlyList<string> Folders(string folder);

    /// <summary>The files directly in <paramref name="folder"/>, as names from the root, sorted by code point.</summary>
    internal abstract IReadOnlyList<string> Files(string folder);

    /// <summary>Whether there is such a file.</summary>
    internal abstract bool Contains(string file);

    /// <summary>Size of a file in bytes.</summary>
    internal abstract long LengthOf(string file);

    /// <summary>The content of a file.</summary>
    /// <exception cref="InputException">It is missing or damaged; the message names it.</exception>
    internal abstract byte[] Read(string file);

    /// <summary>Whether it is known, without reading the file, what its content is.</summary>
    /// <exception cref="InputException">There is no such file.</exception>
    internal virtual bool TryContent(string file, out FileContent content)
    {
        content = default;
        return false;
    }

    /// <summary>The bytes of a file, and what tells them from others, which is remembered where that saves reading.</summary>
    /// <exception cref="InputException">It is missing or damaged; the message names it.</exception>
    internal virtual byte[] Read(string file, out FileContent content)
    {
        byte[] bytes = Read(file);
        content = FileContent.Of(bytes);
        return bytes;
    }

    /// <summary>Keeps what was learned about contents for later commands.</summary>
    internal virtual void Remember() { }

    /// <summary>Looks again at what other processes have kept.</summary>
    internal virtual void Recall() { }

    /// <summary>A file's name for messages: where the archive or folder lies, and where the file lies in it.</summary>
    internal abstract string Describe(string file);

    /// <inheritdoc/>
    public virtual void Dispose() { }

    /// <summary>An error about a file that must be here.</summary>
    internal InputException Missing(string file, string why) => new(Describe(file), $"the file is missing; {why}");
}
