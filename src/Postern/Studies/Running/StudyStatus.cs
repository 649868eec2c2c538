namespace Postern.Studies;

/// <summary>How far a study is, for someone who looks on from outside: read from records, whoever runs it and wherever.</summary>
/// <param name="Study">The study.</param>
/// <param name="Cells">Its cells and those that they rest on, needed ones first.</param>
/// <param name="Preparations">What is being learned for attacks, and by whom, a line each.</param>
public sealed record StudyStatus(Study Study, IReadOnlyList<CellStatus> Cells, IReadOnlyList<string> Preparations)
{
    /// <summary>Whether somebody works on it.</summary>
    public bool IsRunning => Preparations.Count > 0 || Count(CellPhase.Running) > 0;

    /// <summary>Whether jobs of it wait or run in a queue.</summary>
    public bool IsQueued { get; init; }

    /// <summary>What else is to be said of it, a line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether every cell is done.</summary>
    public bool IsDone => Count(CellPhase.Done) == Cells.Count;

    /// <summary>Cells in one of these phases.</summary>
    public int Count(params CellPhase[] phases) => Cells.Count(c => phases.Contains(c.State.Phase));

    /// <summary>Looks at the records of <paramref name="run"/>.</summary>
    public static StudyStatus Of(RunFolder run) =>
        new(run.Study, [.. run.Study.Work.Cells.Select(c => CellStatus.Of(run, c))], [.. Preparing(run.Artifacts)]);

    // The folder serves all studies of the place; what is made there may be another study's.
    private static IEnumerable<string> Preparing(string artifacts)
    {
        if (!Directory.Exists(artifacts)) yield break;
        foreach (string folder in Directory.EnumerateDirectories(artifacts).Order(StringComparer.Ordinal))
        {
            if (FolderClaim.IsHeld(folder, out ProcessName? holder))
                yield return holder is null ? Path.GetFileName(folder) : $"{Path.GetFileName(folder)}, {holder}";
        }
    }
}
