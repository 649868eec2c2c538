using System.Diagnostics.CodeAnalysis;
using Postern.Attacks;

namespace Postern.Studies;

/// <summary>A cell to be run now.</summary>
/// <param name="Cell">The cell; all that it needs is settled.</param>
/// <param name="Waits">Whether to wait where another run has it, because other cells need it and all else has gone first.</param>
/// <param name="FailedDependency">A cell that it needs and that did not become done; null where it can run.</param>
internal sealed record QueuedCell(Cell Cell, bool Waits, Cell? FailedDependency);

/// <summary>
/// The cells of a study that are not done, each after the cells that it needs (<see cref="Cell.Pretraining"/>,
/// <see cref="Cell.TrainedBy"/>), in the study's order; each is given out once, to any number of takers.
/// </summary>
internal sealed class StudyQueue
{
    private readonly Study study;
    private readonly Dictionary<string, CellOutcome> settled = new(StringComparer.Ordinal);
    private readonly List<Cell> waiting = [];
    private readonly HashSet<string> contested = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Cell> running = new(StringComparer.Ordinal);

    /// <summary>Everything of <paramref name="study"/> for which <paramref name="isDone"/> does not hold, and what that needs.</summary>
    public StudyQueue(Study study, Predicate<Cell> isDone)
    {
        this.study = study;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (Cell cell in study.Cells) Add(cell);

        void Add(Cell cell)
        {
            if (!seen.Add(cell.Id)) return;
            if (isDone(cell))
            {
                settled[cell.Id] = CellOutcome.Done;
                return;
            }
            foreach (Cell needed in Needed(cell)) Add(needed);
            waiting.Add(cell);
        }
    }

    /// <summary>Cells that are not given out yet.</summary>
    public IReadOnlyList<Cell> Waiting => waiting;

    /// <summary>How the study's own cells ended; complete when nothing waits or runs.</summary>
    public RunSummary Summary => new(Count(CellOutcome.Done), Count(CellOutcome.Failed), Count(CellOutcome.Skipped));

    /// <summary>
    /// The next cell whose needed cells are settled; false where there is none now. A cell whose attack must learn something that a
    /// running cell may be making goes after others, so that two seldom wait for one ingredient.
    /// </summary>
    public bool TryTake([NotNullWhen(true)] out QueuedCell? next)
    {
        Cell? cell = waiting.Where(c => Needed(c).All(n => settled.ContainsKey(n.Id))).OrderBy(Clashes).FirstOrDefault();
        next = null;
        if (cell is null) return false;
        waiting.Remove(cell);
        running.Add(cell.Id, cell);
        next = new QueuedCell(cell, contested.Contains(cell.Id), Needed(cell).FirstOrDefault(n => settled[n.Id] != CellOutcome.Done));
        return true;
    }

    /// <summary>Takes note of how a given-out cell ended. One that another run has and that others here need comes again, last.</summary>
    /// <returns>How it is settled; null where it comes again.</returns>
    public CellOutcome? Settle(Cell cell, CellOutcome outcome)
    {
        running.Remove(cell.Id);
        if (outcome == CellOutcome.Skipped && waiting.Any(c => Needed(c).Any(n => n.Id == cell.Id)))
        {
            contested.Add(cell.Id);
            waiting.Add(cell);
            return null;
        }
        settled[cell.Id] = outcome;
        return outcome;
    }

    private static IEnumerable<Cell> Needed(Cell cell) => new[] { cell.Pretraining, cell.TrainedBy }.OfType<Cell>();

    private bool Clashes(Cell cell) => AttackCatalog.Find(cell.Attack.Name) is { Learned: true }
        && running.Values.Any(r => r.Attack.Name == cell.Attack.Name && r.Dataset.Canonical == cell.Dataset.Canonical);

    private int Count(CellOutcome outcome) => study.Cells.Count(c => settled.TryGetValue(c.Id, out CellOutcome own) && own == outcome);
}
