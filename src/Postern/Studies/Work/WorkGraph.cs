namespace Postern.Studies;

/// <summary>
/// The work behind a study's cells: tasks, each once, after those that it needs. Every runner walks it, in this process or in
/// others. Whatever is trained is measured, too, whether the study lists it as a cell or not.
/// </summary>
public sealed class WorkGraph
{
    private readonly Dictionary<string, MeasureTask> byCell;

    /// <summary>The graph of <paramref name="measures"/> and what they need.</summary>
    /// <param name="measures">A task for each cell, after those of the cells that it needs.</param>
    public WorkGraph(IEnumerable<MeasureTask> measures)
    {
        Measures = [.. measures];
        byCell = Measures.ToDictionary(m => m.Cell.Id, StringComparer.Ordinal);
        Groups =
        [
            .. Measures.SelectMany(WithOwn).DistinctBy(t => t.Task.Id).GroupBy(t => t.Task.Place)
                .Select(g => new TaskGroup(g.Key, g.First().Cell, [.. g.Select(t => t.Task)])),
        ];
    }

    /// <summary>The last task of each cell, needed cells first.</summary>
    public IReadOnlyList<MeasureTask> Measures { get; }

    /// <summary>Every task in the groups that are given out, each group after those that it needs.</summary>
    public IReadOnlyList<TaskGroup> Groups { get; }

    /// <summary>The cells, needed ones first: those of the study and those that they rest on.</summary>
    public IEnumerable<Cell> Cells => Measures.Select(m => m.Cell);

    /// <summary>What measures <paramref name="cell"/>.</summary>
    public MeasureTask Of(Cell cell) => byCell[cell.Id];

    /// <summary>The part that <paramref name="cells"/> need.</summary>
    public WorkGraph For(IEnumerable<Cell> cells)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (Cell cell in cells) Add(cell);
        return new WorkGraph(Measures.Where(m => needed.Contains(m.Cell.Id)));

        void Add(Cell cell)
        {
            if (!needed.Add(cell.Id)) return;
            foreach (Cell other in NeededBy(Of(cell))) Add(other);
        }
    }

    /// <summary>The other cells whose weights a cell needs.</summary>
    public static IEnumerable<Cell> NeededBy(MeasureTask measure) =>
        new[] { measure.Pretraining, measure.TrainedBy, measure.Floor?.Cell, measure.Filter?.Trained.Cell }
            .OfType<Cell>().Concat(measure.Calibration.Select(c => c.Cell));

    /// <summary>A cell's tasks and what its attack has to learn.</summary>
    private static IEnumerable<(Cell Cell, WorkTask Task)> WithOwn(MeasureTask measure)
    {
        if (measure.Preparation is PrepareTask preparation) yield return (measure.Cell, preparation);
        if (measure.Filter is FilterTask filter) yield return (measure.Cell, filter);
        if (measure.TrainedBy is null) yield return (measure.Cell, measure.Weights);
        if (measure.Repair is RepairTask repair) yield return (measure.Cell, repair);
        yield return (measure.Cell, measure);
    }
}
