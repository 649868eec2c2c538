namespace Postern.Files;

/// <summary>
/// Files under one root for reading: a folder, or an archive read as if it were one. Names are relative to the root with
/// <c>/</c> between parts; nothing is ever extracted. Reading is safe from several threads at once.
/// </summary>
internal abstract class FileTree(string root) : IDisposable
{
    /// <summary>Largest file that is read whole (1 GiB).</summary>
    internal const long LargestFile = 1L << 30;

    // Deeper than any dataset, and not so deep that a folder which links to itself takes long to be noticed.
    private const int DeepestFolder = 32;

    /// <summary>The folder or archive on disk.</summary>
    internal string Root { get; } = root;

    /// <summary>What lies directly in <paramref name="folder"/> (<c>""</c> for the root); nothing where there is none.</summary>
    /// <exception cref="InputException">The folder cannot be read; the message names it.</exception>
    internal abstract FolderListing List(string folder);

    /// <summary>
    /// Names of the folders directly in <paramref name="folder"/> (<c>""</c> for the root), sorted by code point.
    /// </summary>
    internal IReadOnlyList<string> Folders(string folder) => List(folder).Folders;

    /// <summary>The files directly in <paramref name="folder"/>, as names from the root, sorted by code point.</summary>
    internal IReadOnlyList<string> Files(string folder) => List(folder).Files;

    /// <summary>
    /// <paramref name="folder"/> and every folder in it at any depth, each before those in it, in the order of their names.
    /// </summary>
    /// <exception cref="InputException">A folder cannot be read, links to one that it lies in, or lies too deep.</exception>
    internal IEnumerable<FolderListing> Walk(string folder) => Walk(folder, [RealPath(folder)]);

    /// <summary>Whether there is such a folder with something in it.</summary>
    internal bool HasFolder(string folder)
    {
        int slash = folder.LastIndexOf('/');
        return Folders(slash < 0 ? "" : folder[..slash]).Contains(folder[(slash + 1)..]);
    }

    /// <summary>Whether there is such a file.</summary>
    internal abstract bool Contains(string file);

    /// <summary>Size of a file in bytes.</summary>
    internal abstract long LengthOf(string file);

    /// <summary>The content of a file.</summary>
    /// <exception cref="InputException">It is missing or damaged; the message names it.</exception>
    internal abstract byte[] Read(string file);

    /// <summary>The first bytes of a file, as many as there are up to <paramref name="count"/>.</summary>
    /// <exception cref="InputException">It is missing or damaged; the message names it.</exception>
    internal abstract byte[] Head(string file, int count);

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

    /// <summary>
    /// A text that two names share where they are the same folder, however many links lead to it from the folders above.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="above">That text of the folder that it lies in; null for the first of a walk.</param>
    protected virtual string RealPath(string folder, string? above = null) => folder;

    /// <summary>What there is of a stream that was just opened, up to <paramref name="count"/> bytes.</summary>
    protected static byte[] HeadOf(Stream stream, int count)
    {
        byte[] head = new byte[count];
        return head[..stream.ReadAtLeast(head, count, throwOnEndOfStream: false)];
    }

    private IEnumerable<FolderListing> Walk(string folder, IReadOnlyList<string> above)
    {
        FolderListing listing = List(folder);
        yield return listing;
        foreach (string name in listing.Folders)
        {
            string inner = FolderListing.Join(folder, name), real = RealPath(inner, above[^1]);
            if (above.Contains(real))
                throw new InputException(Describe(inner), "links to a folder that it lies in; remove the link");
            if (above.Count >= DeepestFolder)
                throw new InputException(Describe(inner), $"lies more than {DeepestFolder} folders deep; no dataset does");
            foreach (FolderListing further in Walk(inner, [.. above, real])) yield return further;
        }
    }
}
