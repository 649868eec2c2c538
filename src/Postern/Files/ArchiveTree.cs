namespace Postern.Files;

/// <summary>
/// An archive's names as a tree. Backslashes between parts, which some programs of Windows write, count as slashes. Names that
/// are absolute or climb with <c>..</c> are left out: an honest dataset has none.
/// </summary>
internal abstract class ArchiveTree(string root) : FileTree(root)
{
    private string[] names = [];

    internal override FolderListing List(string folder)
    {
        string prefix = folder.Length == 0 ? "" : folder + "/";
        List<string> folders = [], files = [], hidden = [];
        int i = Array.BinarySearch(names, prefix, StringComparer.Ordinal);
        if (i < 0) i = ~i;
        while (i < names.Length && names[i].StartsWith(prefix, StringComparison.Ordinal))
        {
            int slash = names[i].IndexOf('/', prefix.Length);
            ReadOnlySpan<char> name = slash < 0 ? names[i].AsSpan(prefix.Length) : names[i].AsSpan(prefix.Length..slash);
            if (HiddenName.Is(name)) hidden.Add(slash < 0 ? names[i] : names[i][..slash]);
            else if (slash < 0) files.Add(names[i]);
            else folders.Add(name.ToString());
            // All that lies in the same folder is one entry here; '0' is what comes after '/'.
            i = slash < 0 ? i + 1 : AfterFolder(i, names[i][..slash] + '0');
        }
        folders.Sort(string.CompareOrdinal);
        return new FolderListing(folder, folders, files, hidden, []);
    }

    internal override bool Contains(string file) => Array.BinarySearch(names, file, StringComparer.Ordinal) >= 0;

    internal override string Describe(string file) => $"{Root}:{file}";

    /// <summary>The name as one of the tree; null where it cannot be one.</summary>
    protected static string? Safe(string name)
    {
        if (name.Length == 0 || name[^1] is '/' or '\\') return null;
        string[] parts = name.Split('/', '\\');
        bool absolute = parts[0].Length == 0 || (parts[0].Length == 2 && parts[0][1] == ':');
        if (absolute || parts.Contains("..")) return null;
        string safe = string.Join('/', parts.Where(p => p is not ("" or ".")));
        return safe.Length == 0 ? null : safe;
    }

    /// <summary>Sets the tree's names; once, by the archive that is opened.</summary>
    protected void SetNames(IEnumerable<string> all)
    {
        names = [.. all];
        Array.Sort(names, StringComparer.Ordinal);
    }

    private int AfterFolder(int from, string end)
    {
        int next = Array.BinarySearch(names, from, names.Length - from, end, StringComparer.Ordinal);
        return next < 0 ? ~next : next;
    }
}
