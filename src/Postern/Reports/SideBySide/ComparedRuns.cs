using Postern.Studies;

namespace Postern.Reports.SideBySide;

/// <summary>One side of a comparison: the cells of a study or of a folder of results.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Cells">Its cells.</param>
public sealed record ComparedRuns(string Name, IReadOnlyList<ComparedCell> Cells)
{
    /// <summary>The cells of <paramref name="run"/> with their records.</summary>
    /// <exception cref="InputException">A record is damaged.</exception>
    public static ComparedRuns Of(RunFolder run) => new(run.Study.Name,
    [
        .. run.Study.Cells.Select(cell =>
        {
            CellDirectory directory = run.Of(cell);
            return ComparedCell.Of(cell, directory.ReadDescription(), directory.ReadResult());
        }),
    ]);

    /// <summary>
    /// The cells that a folder such as <c>runs/NAME</c> holds, without the study file. A cell that others only start from is left
    /// out: it has the names of the clean row, and is another training.
    /// </summary>
    /// <exception cref="InputException">There is no cell, or a record is damaged.</exception>
    public static ComparedRuns OfFolder(string folder)
    {
        const string Expected = "name a study file or a folder of results such as runs/NAME";
        if (!Directory.Exists(folder)) throw new InputException(folder, $"there is no such file or folder; {Expected}");
        var damages = new List<string>();
        IReadOnlyList<RecordedCell> found = RecordedCell.In(folder, damages);
        // What differs between two studies cannot be said of a part of one.
        if (damages.Count > 0) throw InputException.Repeated(damages[0]);
        if (found.Count == 0) throw new InputException(folder, $"holds no cells; {Expected}");
        HashSet<string?> startedFrom = [.. found.Select(f => f.Description.Pretraining)];
        return new ComparedRuns(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            [.. found.Where(f => !startedFrom.Contains(f.Description.Id)).Select(f => ComparedCell.Of(f.Description, f.Result))]);
    }
}
