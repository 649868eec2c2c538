namespace Postern.Native.Paths;

/// <summary>
/// <c>POSTERN_PATHS</c>: which candidate of which path is wanted, as <c>path=candidate</c> with commas between, e.g.
/// <c>scan=avx2,convolution=onednn-off</c>. A candidate that is wanted has to pass like any other.
/// </summary>
public static class PathWishes
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "POSTERN_PATHS";

    /// <summary>The wanted candidate by path.</summary>
    /// <exception cref="InputException">There is no such path or candidate.</exception>
    public static IReadOnlyDictionary<string, string> Read(string? text, IReadOnlyList<IFastPath> paths)
    {
        var wishes = new Dictionary<string, string>();
        foreach (string wish in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = wish.Split('=', StringSplitOptions.TrimEntries);
            IFastPath path = paths.FirstOrDefault(p => p.Name == parts[0]) ?? throw new InputException(Variable,
                $"there is no path '{parts[0]}'; the paths are {string.Join(", ", paths.Select(p => p.Name))}");
            string candidate = parts.Length == 2 ? parts[1] : "";
            if (path.Candidates.All(c => c.Name != candidate))
                throw new InputException(Variable,
                    $"'{wish}' names no candidate of {path.Name}; they are "
                        + $"{string.Join(", ", path.Candidates.Select(c => c.Name))}");
            wishes[path.Name] = candidate;
        }
        return wishes;
    }
}
