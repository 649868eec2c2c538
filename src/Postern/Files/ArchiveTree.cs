namespace Postern.Files;

/// <summary>
/// An archive's names as a tree. Names that are absolute, climb with <c>..</c> or use backslashes are left out: an honest
/// dataset has none.
/// </summary>
internal abstract class ArchiveTree(string root) : FileTree(root)
{
    /// <summary>The files' names, sorted by code point; set once by the archive that is opened.</summary>
    protected string[] Names { get; private set; } = [];

    internal override IReadOnlyList<string> Folders(string folder)
    {
        string prefix = Prefix(folder);
        return [.. Below(prefix)
            .Where(n => n.IndexOf('/', prefix.Length) >= 0)
            .Select(n => n[prefix.Length..n.IndexOf('/', prefix.Length)])
            .Distinct()
            .Order(StringComparer.Ordinal)];
    }

    internal override IReadOnlyList<string> Files(string folder)
    {
        string prefix = Prefix(folder);
        return [.. Below(prefix).Where(n => n.IndexOf('/', prefix.Length) < 0)];
    }

    internal override bool Contains(string file) => Array.BinarySearch(Names, file, StringComparer.Ordinal) >= 0;

    internal override string Describe(string file) => $"{Root}:{file}";

    /// <summary>Whether a name can be one of the tree.</summary>
    protected static bool IsSafe(string name) =>
        name.Length > 0 && name[0] != '/' && !name.EndsWith('/') && !name.Contains('\\') && !name.Contains(':')
            && !name.Split('/').Contains("..");

    /// <summary>Sets the tree's names.</summary>
    protected void SetNames(IEnumerable<string> names)
    {
        Names = [.. names];
        Array.Sort(Names, StringComparer.Ordinal);
    }

    private static string Prefix(string folder) => folder.Length == 0 ? "" : folder + "/";

    private IEnumerable<string> Below(string prefix)
    {
        int start = Array.BinarySearch(Names, prefix, StringComparer.Ordinal);
        if (start < 0) start = ~start;
        for (int i = start; i < Names.Length && Names[i].StartsWith(prefix, StringComparison.Ordinal); i++) yield return Names[i];
    }
}
