using Postern.Training;

namespace Postern.Studies;

/// <summary>How a run of a study ended.</summary>
/// <param name="Done">Cells whose result is there, earlier ones included.</param>
/// <param name="Failed">Cells that stopped with an error.</param>
/// <param name="Skipped">Cells that another process is running.</param>
public sealed record RunSummary(int Done, int Failed, int Skipped);

/// <summary>
/// Runs a study's cells one after another, each after the cells that it needs. A finished cell is never run again; an
/// interrupted one goes on.
/// </summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="threads">Threads shared by libtorch, the kernels and the loaders.</param>
/// <param name="tell">Hears how it goes on.</param>
public sealed class StudyRunner(RunFolder run, int threads, Action<RunEvent> tell)
{
    /// <summary>Whether each cell that runs leaves a <c>profile.json</c>.</summary>
    public bool Profiles { get; init; }

    /// <summary>Runs what is not done yet.</summary>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset; finished results stay.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on with the last finished epoch.</exception>
    public RunSummary Run(CancellationToken cancel)
    {
        StudyQueue queue = Queue(run);
        using var worker = new CellWorker(run, new ThreadBudget(threads), Profiles, tell);
        while (queue.TryTake(out QueuedCell? next))
        {
            CellOutcome outcome = next.FailedDependency is Cell failed
                ? FailDependent(run, next.Cell, failed, tell)
                : worker.Settle(next.Cell, next.Waits, cancel);
            Settle(queue, next.Cell, outcome, tell);
        }
        return queue.Summary;
    }

    /// <summary>The cells of <paramref name="run"/> whose result is not there.</summary>
    internal static StudyQueue Queue(RunFolder run) => new(run.Study, run.IsDone);

    /// <summary>Fails a cell, because <paramref name="failed"/> has no weights to give.</summary>
    internal static CellOutcome FailDependent(RunFolder run, Cell cell, Cell failed, Action<RunEvent> tell) =>
        CellWorker.Fail(cell, run.Of(cell), $"it needs the weights of {failed.Id}, which failed", tell);

    /// <summary>Settles a cell and says so where it is left to another process.</summary>
    internal static void Settle(StudyQueue queue, Cell cell, CellOutcome outcome, Action<RunEvent> tell)
    {
        if (queue.Settle(cell, outcome) == CellOutcome.Skipped) tell(new CellSkipped(cell.Id, ErrorText.HeldElsewhere));
    }
}
