using System.Diagnostics.CodeAnalysis;

namespace Postern.Studies;

/// <summary>A group of tasks to be done now.</summary>
/// <param name="Group">The group; all that it needs is settled.</param>
/// <param name="Waits">Whether to wait where another run has it, because all else has gone first.</param>
/// <param name="FailedDependency">A task that it needs and that did not become done; null where it can be done.</param>
/// <param name="Error">Why that task failed; null where only its own record says so.</param>
internal sealed record QueuedGroup(TaskGroup Group, bool Waits, WorkTask? FailedDependency = null, string? Error = null);

/// <summary>
/// The groups of a study's graph that are not done, each after those that it needs, in the study's order; each is given out once,
/// to any number of takers.
/// </summary>
internal sealed class WorkQueue
{
    private readonly Study study;
    private readonly Predicate<WorkTask> isDone;
    private readonly Dictionary<string, TaskOutcome> settled = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> errors = new(StringComparer.Ordinal);
    private readonly List<TaskGroup> waiting = [];
    private readonly HashSet<string> contested = new(StringComparer.Ordinal);

    /// <summary>
    /// Everything of <paramref name="study"/> for which <paramref name="isDone"/> does not hold, and what that needs.
    /// </summary>
    public WorkQueue(Study study, Predicate<WorkTask> isDone)
    {
        (this.study, this.isDone) = (study, isDone);
        var places = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (Cell cell in study.Cells) Add(study.Work.Of(cell));
        waiting.AddRange(study.Work.Groups.Where(g => places.Contains(g.Place)));

        void Add(MeasureTask measure)
        {
            if (!seen.Add(measure.Cell.Id)) return;
            if (isDone(measure))
            {
                settled[measure.Id] = TaskOutcome.Done;
                if (measure.TrainedBy is null) settled[measure.Weights.Id] = TaskOutcome.Done;
                if (measure.Filter is FilterTask filter) settled[filter.Id] = TaskOutcome.Done;
                if (measure.Repair is RepairTask repair) settled[repair.Id] = TaskOutcome.Done;
                return;
            }
            foreach (Cell needed in WorkGraph.NeededBy(measure)) Add(study.Work.Of(needed));
            if (measure.Preparation is PrepareTask preparation) places.Add(preparation.Place);
            places.Add(measure.Place);
        }
    }

    /// <summary>
    /// Some groups of <paramref name="study"/> alone, whose others are done elsewhere and before: what they need and is not there
    /// counts as failed. Only a preparation is taken to be there, and made where it is not.
    /// </summary>
    public WorkQueue(Study study, Predicate<WorkTask> isDone, IReadOnlyCollection<string> places)
    {
        (this.study, this.isDone) = (study, isDone);
        foreach (TaskGroup group in study.Work.Groups.Where(g => places.Contains(g.Place)))
        {
            if (!isDone(group.Tasks[^1])) waiting.Add(group);
            else foreach (WorkTask task in group.Tasks) settled[task.Id] = TaskOutcome.Done;
        }
        foreach (WorkTask input in waiting.SelectMany(g => g.Inputs).Where(i => !places.Contains(i.Place)))
            settled[input.Id] = input is PrepareTask || isDone(input) ? TaskOutcome.Done : TaskOutcome.Failed;
    }

    /// <summary>Groups that are not given out yet.</summary>
    public IReadOnlyList<TaskGroup> Waiting => waiting;

    /// <summary>How the study's own cells ended; complete when nothing waits or runs.</summary>
    public RunSummary Summary => new(Count(TaskOutcome.Done), Count(TaskOutcome.Failed), Count(TaskOutcome.Skipped));

    /// <summary>The next group whose needed tasks are settled; false where there is none now.</summary>
    public bool TryTake([NotNullWhen(true)] out QueuedGroup? next)
    {
        TaskGroup? group = waiting.Find(g => g.Inputs.All(i => settled.ContainsKey(i.Id)));
        next = null;
        if (group is null) return false;
        waiting.Remove(group);
        WorkTask? failed = group.Inputs.FirstOrDefault(i => settled[i.Id] != TaskOutcome.Done);
        next = new QueuedGroup(group, contested.Contains(group.Place), failed,
            failed is null ? null : errors.GetValueOrDefault(failed.Id));
        return true;
    }

    /// <summary>
    /// Takes note of how a given-out group ended. One that another run has comes again, last. A task that was done before a later
    /// one of its group failed is done for those that need it.
    /// </summary>
    /// <returns>How it is settled; null where it comes again.</returns>
    public TaskOutcome? Settle(TaskGroup group, TaskOutcome outcome, string? error = null)
    {
        if (outcome == TaskOutcome.Skipped)
        {
            contested.Add(group.Place);
            waiting.Add(group);
            return null;
        }
        foreach (WorkTask task in group.Tasks)
        {
            settled[task.Id] = outcome != TaskOutcome.Done && isDone(task) ? TaskOutcome.Done : outcome;
            if (error is not null) errors[task.Id] = error;
        }
        return outcome;
    }

    private int Count(TaskOutcome outcome) =>
        study.Cells.Count(c => settled.TryGetValue(study.Work.Of(c).Id, out TaskOutcome own) && own == outcome);
}
