using Postern.Datasets;

namespace Postern.Studies;

/// <summary>
/// Finds a finished cell in another study's folder: an id stands for everything that decides a result, so a cell that several
/// studies have runs once. What is found is copied, so that each study's folder stands by itself.
/// </summary>
internal static class ResultReuse
{
    private const string Result = "result.json";

    /// <summary>
    /// The cell's folder elsewhere under <paramref name="output"/>; null where it is nowhere, or was measured on other data.
    /// </summary>
    /// <param name="output">The folder of all studies' results (<c>--out</c>).</param>
    /// <param name="target">Its folder in this study.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="dataset">What the cell would run on.</param>
    public static CellDirectory? Find(string output, CellDirectory target, Cell cell, Dataset dataset)
    {
        if (!Directory.Exists(output)) return null;
        return Directory.EnumerateDirectories(output).Order(StringComparer.Ordinal)
            .Select(study => new CellDirectory(study, cell))
            .FirstOrDefault(source => source.Folder != target.Folder && source.IsDone && IsSame(source, dataset));
    }

    /// <summary>Copies the cell from elsewhere; null where there is nothing to take.</summary>
    /// <param name="output">The folder of all studies' results (<c>--out</c>).</param>
    /// <param name="cell">The cell.</param>
    /// <param name="target">Its folder in this study; its lock is held.</param>
    /// <param name="dataset">What the cell would run on.</param>
    /// <returns>The folder that it was copied from.</returns>
    public static string? TryTake(string output, Cell cell, CellDirectory target, Dataset dataset)
    {
        if (Find(output, target, cell, dataset) is not CellDirectory source) return null;
        CopyProbes(source.Folder, target.Folder);
        // The result goes last: a kill before it leaves a cell that is not done, and is taken again.
        foreach (string file in Directory.EnumerateFiles(source.Folder).Select(f => Path.GetFileName(f)!)
            .OrderBy(f => f == Result).ThenBy(f => f, StringComparer.Ordinal))
        {
            if (file.StartsWith('.')) continue;
            using FileStream from = File.OpenRead(Path.Combine(source.Folder, file));
            AtomicFile.Write(Path.Combine(target.Folder, file), from.CopyTo);
        }
        return source.Folder;
    }

    // What is damaged there is found again here, where somebody asks for it.
    private static void CopyProbes(string source, string target)
    {
        string from = Path.Combine(source, ProbeRecord.FolderName);
        if (!Directory.Exists(from)) return;
        foreach (string file in Directory.EnumerateFiles(from).Where(f => !Path.GetFileName(f).StartsWith('.')))
        {
            using FileStream bytes = File.OpenRead(file);
            AtomicFile.Write(Path.Combine(target, ProbeRecord.FolderName, Path.GetFileName(file)), bytes.CopyTo);
        }
    }

    /// <summary>Whether it was measured on these very pictures. A damaged record elsewhere is that study's affair.</summary>
    private static bool IsSame(CellDirectory source, Dataset dataset)
    {
        try
        {
            return source.ReadResult() is not null && source.ReadDescription() is CellDescription there
                && DataComparison.Of(there, dataset) == DataAgreement.Content && source.IsWhole();
        }
        catch (InputException)
        {
            return false;
        }
    }
}
