using Postern.Defences;

namespace Postern.Studies;

/// <summary>A cell as its own folder tells of it, without a study file.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Description">What it is and where it runs.</param>
/// <param name="Result">What it measured; null where it is not done.</param>
public sealed record RecordedCell(string Folder, CellDescription Description, CellResult? Result)
{
    // A folder of results holds studies, a study's folder holds cells.
    private const int Depth = 2;
    private const string DescriptionFile = "cell.json";

    /// <summary>How far it is.</summary>
    public CellPhase Phase => Result is not null ? CellPhase.Done
        : File.Exists(Path.Combine(Folder, "failure.json")) ? CellPhase.Failed
        : FolderClaim.IsHeld(Folder) ? CellPhase.Running : CellPhase.Interrupted;

    /// <summary>Path of the weights that it was measured with; null where they lie elsewhere or nowhere.</summary>
    public string? Weights => WeightsOf(Folder, Description.TrainedBy);

    /// <summary>Whether it is defended.</summary>
    public bool IsDefended => Description.Defence.Name != DefenceCatalog.None;

    /// <summary>
    /// Path of the weights that the cell of <paramref name="folder"/> is measured with; null where there are none.
    /// </summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="trainedBy">Id of the cell that trains them; null where this one does.</param>
    public static string? WeightsOf(string folder, string? trainedBy)
    {
        string trained = trainedBy is null ? folder : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(folder))!, trainedBy);
        return new[] { Path.Combine(folder, "repaired.safetensors"), Path.Combine(trained, "last.safetensors") }
            .FirstOrDefault(File.Exists);
    }

    /// <summary>The cell of <paramref name="folder"/>; null where there is none.</summary>
    /// <exception cref="InputException">A record is damaged.</exception>
    public static RecordedCell? Read(string folder) =>
        RecordFormat.Read<CellDescription>(Path.Combine(folder, DescriptionFile)) is not CellDescription description ? null
            : new RecordedCell(folder, description,
                ResultFile.Read(Path.Combine(folder, "result.json"), description.Defence.Options));

    /// <summary>The cells of a study's folder such as <c>runs/NAME</c>, by name.</summary>
    /// <param name="study">The folder.</param>
    /// <param name="damages">Gets a line for each cell with a damaged record, which is left out.</param>
    public static IReadOnlyList<RecordedCell> In(string study, ICollection<string> damages) =>
        [.. Folders(study).Select(f => ReadOr(f, damages)).OfType<RecordedCell>()];

    /// <summary>
    /// The cells at a path: the folder is a cell's, a study's or one of many studies (<c>runs</c>). Names that begin with a dot
    /// are none.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="damages">Gets a line for each cell with a damaged record, which is left out.</param>
    public static IReadOnlyList<RecordedCell> At(string path, ICollection<string> damages) => [.. At(path, Depth, damages)];

    /// <summary>The cell of <paramref name="folder"/>; null where there is none, and where it is damaged.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="damages">Gets a line where it is damaged.</param>
    public static RecordedCell? ReadOr(string folder, ICollection<string> damages)
    {
        try
        {
            return Read(folder);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            damages.Add(ErrorText.OneLine(e.Message));
            return null;
        }
    }

    /// <summary>Whether a folder is a cell's, damaged or not.</summary>
    public static bool IsAt(string folder) => File.Exists(Path.Combine(folder, DescriptionFile));

    /// <summary>What PGD left of its accuracy; null where that was not measured.</summary>
    /// <exception cref="InputException">A record is damaged.</exception>
    public AdversarialRecord? ReadAdversarial() => Directory.EnumerateFiles(Folder, "adversarial-*.json")
        .Order(StringComparer.Ordinal).Select(file => RecordFormat.Read<AdversarialRecord>(file)).OfType<AdversarialRecord>()
        .MaxBy(r => r.Clean.Total);

    private static IEnumerable<RecordedCell> At(string path, int depth, ICollection<string> damages)
    {
        if (IsAt(path)) return new[] { ReadOr(path, damages) }.OfType<RecordedCell>();
        return depth == 0 ? [] : Folders(path).SelectMany(f => At(f, depth - 1, damages));
    }

    private static IEnumerable<string> Folders(string path) => Directory.EnumerateDirectories(path)
        .Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal);
}
