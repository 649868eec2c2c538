using Postern.Configuration;

namespace Postern.Studies;

/// <summary>
/// Where a study's results are: a folder for each cell and one for the report, in a folder that the study names.
/// </summary>
/// <param name="Study">The study.</param>
/// <param name="Output">The folder of all studies' results (<c>--out</c>).</param>
public sealed record RunFolder(Study Study, string Output)
{
    /// <summary>The study's folder.</summary>
    public string Path => System.IO.Path.Combine(Output, Study.Name);

    /// <summary>
    /// The report's folder: <c>report</c>, and one beside it for chosen cells, such as <c>report-attack-blend</c>.
    /// </summary>
    public string Report => System.IO.Path.Combine(Path,
        Study.Whole is (_, IReadOnlyList<string> terms) ? $"report-{Slug.Of(string.Join(' ', terms))}" : "report");

    /// <summary>Name of the copy of the study in its folder.</summary>
    public const string StudyFileName = "study.yaml";

    /// <summary>
    /// Writes <c>study.yaml</c>: the study as it was resolved (<see cref="Study.Yaml"/>), all cells of it, when it is run.
    /// </summary>
    public void WriteStudy()
    {
        Make();
        AtomicFile.WriteText(System.IO.Path.Combine(Path, StudyFileName), Study.Yaml.Value);
    }

    /// <summary>Makes the study's folder, for the user alone (<see cref="PrivateFolder"/>), where there is none.</summary>
    internal void Make() => PrivateFolder.Create(Path);

    /// <summary>The same place for all cells of the study, where this one has chosen some.</summary>
    public RunFolder Whole => Study.Whole is (Study whole, _) ? this with { Study = whole } : this;

    /// <summary>The folder of what learned attacks made, for all studies.</summary>
    public string Artifacts => ArtifactsIn(Output);

    /// <summary>The folder of what learned attacks made, within a folder of results.</summary>
    public static string ArtifactsIn(string output) => System.IO.Path.Combine(output, ".ingredients");

    /// <summary>The folder of <paramref name="cell"/>.</summary>
    public CellDirectory Of(Cell cell) => new(Path, cell);

    /// <summary>How far <paramref name="cell"/> is.</summary>
    public CellState StateOf(Cell cell) => StateOf(cell, isWhole: false);

    /// <summary>How far <paramref name="cell"/> is.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="isWhole">Whether its result has just been read and was not damaged.</param>
    internal CellState StateOf(Cell cell, bool isWhole)
    {
        CellState own = Of(cell).State;
        if (own.Phase == CellPhase.Done && LackOf(cell, isWhole) is Lack lack)
        {
            if (lack.IsDamage) return own with { Phase = CellPhase.Failed, Epoch = 0, Reason = lack.Text };
            CellPhase phase = FolderClaim.IsHeld(Of(cell).Folder) ? CellPhase.Running : CellPhase.Interrupted;
            return own with { Phase = phase, Reason = lack.Text };
        }
        if (own.Phase != CellPhase.NotStarted) return own;
        Cell? needed = WorkGraph.NeededBy(Study.Work.Of(cell)).FirstOrDefault(n => !Of(n).IsTrained);
        return needed is null ? own : own with { Phase = CellPhase.Waiting, Reason = $"waits for {needed.Id}" };
    }

    /// <summary>
    /// Whether <paramref name="cell"/>'s result is there and undamaged, and what the study has measured beside it.
    /// </summary>
    public bool IsDone(Cell cell) => Of(cell).IsDone && LackOf(cell, isWhole: false) is null;

    /// <summary>
    /// What keeps a cell that has a result from being done; null where nothing does. Every record is read once.
    /// </summary>
    private Lack? LackOf(Cell cell, bool isWhole)
    {
        try
        {
            if (!isWhole) Of(cell).ReadResult();
            bool isTried = AdversarialOf(cell) is not Choice asked || Of(cell).ReadAdversarial(asked) is { IsComplete: true };
            string? open = OpenProbesOf(cell) is [Choice probe, ..] ? $"its {probe.Name}"
                : isTried ? null : "its accuracy under PGD";
            return open is null ? null : new Lack($"{open} is still to be measured", IsDamage: false);
        }
        catch (InputException e)
        {
            return new Lack(e.Message, IsDamage: true);
        }
    }

    /// <summary>The measure that the study asks for of <paramref name="cell"/>; null where it asks for none.</summary>
    public Choice? AdversarialOf(Cell cell) =>
        Study.Adversarial is Choice asked && Study.Cells.Any(c => c.Id == cell.Id) ? asked : null;

    /// <summary>The probes that the study asks for of <paramref name="cell"/> and that fit it.</summary>
    public IReadOnlyList<Choice> ProbesOf(Cell cell) =>
        Study.Probes.Count > 0 && Study.Cells.Any(c => c.Id == cell.Id) ? ProbeFit.Of(cell, Study.Probes) : [];

    /// <summary>Those of them that have not looked into the trained network yet.</summary>
    /// <exception cref="InputException">What one of them found is damaged.</exception>
    internal IReadOnlyList<Choice> OpenProbesOf(Cell cell) => [.. ProbesOf(cell)
        .Where(p => ProbeRecord.Read(Of(cell).Folder, p) is null)];

    /// <summary>
    /// Whether the output of <paramref name="task"/> is there. Of a preparation only the open dataset could tell.
    /// </summary>
    public bool IsDone(WorkTask task) => task switch
    {
        MeasureTask measure => IsDone(measure.Cell),
        FilterTask filter => Of(filter.Cell).IsFiltered,
        RepairTask repair => Of(repair.Cell).IsRepaired,
        WeightsTask weights => Of(weights.Cell).IsTrained,
        _ => false,
    };

    /// <summary>What a cell with a result lacks.</summary>
    /// <param name="Text">In words.</param>
    /// <param name="IsDamage">Whether a record is damaged, rather than missing.</param>
    private sealed record Lack(string Text, bool IsDamage);
}
