namespace Postern.Files;

/// <summary>
/// Names that systems and tools leave beside data and that are no data: whatever begins with a dot (<c>.ipynb_checkpoints</c>,
/// <c>.DS_Store</c>, <c>._000.jpg</c>), <c>__MACOSX</c>, <c>Thumbs.db</c> and <c>desktop.ini</c>. They are passed over at every
/// level of every <see cref="FileTree"/>.
/// </summary>
internal static class HiddenName
{
    private static readonly string[] Known = ["__MACOSX", "Thumbs.db", "ehthumbs.db", "desktop.ini"];

    /// <summary>Whether a file or folder of this name, without its path, is none of the data.</summary>
    internal static bool Is(ReadOnlySpan<char> name)
    {
        if (name.StartsWith('.')) return true;
        foreach (string known in Known)
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
