using System.Diagnostics.CodeAnalysis;

namespace Postern.Studies;

/// <summary>
/// The walk along a study's graph that every runner makes: takes what can be done now, and settles how it ended. A runner differs
/// from another only in where the groups are done.
/// </summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="tell">Hears of cells that fail or are put off.</param>
/// <param name="places">The groups to do; null for all.</param>
internal sealed class GraphWalk(RunFolder run, Action<RunEvent> tell, IReadOnlyCollection<string>? places = null)
{
    private readonly WorkQueue queue = places is null ? QueueOf(run) : new WorkQueue(run.Study, run.IsDone, places);

    /// <summary>How the study's own cells ended; complete when nothing waits or runs.</summary>
    public RunSummary Summary => queue.Summary;

    /// <summary>The groups of <paramref name="run"/> that are not done.</summary>
    public static WorkQueue QueueOf(RunFolder run) => new(run.Study, run.IsDone);

    /// <summary>
    /// The next group that can be done; false where there is none now. What rests on something that failed fails here.
    /// </summary>
    public bool TryTake([NotNullWhen(true)] out QueuedGroup? next)
    {
        while (queue.TryTake(out next))
        {
            if (next.FailedDependency is not WorkTask failed) return true;
            Fail(next.Group, failed is CellTask weights ? ErrorText.FailedDependency(weights.Cell.Id) : next.Error ?? failed.Id);
        }
        return false;
    }

    /// <summary>Takes note of how a group ended.</summary>
    public void Settle(TaskGroup group, TaskOutcome outcome, string? error = null)
    {
        if (queue.Settle(group, outcome, error) is null) tell(new CellSkipped(group.Cell.Id, ErrorText.HeldElsewhere));
    }

    /// <summary>Records that a group cannot be done now.</summary>
    public void Fail(TaskGroup group, string error)
    {
        if (!group.IsPreparation) CellFailure.Record(run, group.Cell, error, tell, isOwn: false);
        Settle(group, TaskOutcome.Failed, error);
    }
}
