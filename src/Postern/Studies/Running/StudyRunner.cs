using Postern.Training;

namespace Postern.Studies;

/// <summary>How a run of a study ended.</summary>
/// <param name="Done">Cells whose result is there, earlier ones included.</param>
/// <param name="Failed">Cells that stopped with an error.</param>
/// <param name="Skipped">Cells that another process is running.</param>
public sealed record RunSummary(int Done, int Failed, int Skipped);

/// <summary>
/// Runs a study's cells one after another, each after the cells that it needs. A finished cell is never run again; an interrupted one
/// goes on.
/// </summary>
/// <param name="study">The study.</param>
/// <param name="runsRoot">The output folder (<c>--out</c>).</param>
/// <param name="threads">Threads shared by libtorch, the kernels and the loaders.</param>
/// <param name="progress">Hears how it goes on.</param>
public sealed class StudyRunner(Study study, string runsRoot, int threads, IRunProgress progress)
{
    /// <summary>Folder within the output folder that keeps what learned attacks made, for all studies.</summary>
    public const string IngredientFolder = ".ingredients";

    /// <summary>Whether each cell that runs leaves a <c>profile.json</c>.</summary>
    public bool Profiles { get; init; }

    /// <summary>Runs what is not done yet.</summary>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset; finished results stay.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on with the last finished epoch.</exception>
    public RunSummary Run(CancellationToken cancel)
    {
        StudyQueue queue = Queue(study, runsRoot);
        using var worker = new CellWorker(study, runsRoot, new ThreadBudget(threads), Profiles, progress);
        while (queue.TryTake(out QueuedCell? next))
        {
            CellOutcome outcome = next.Lacking is Cell lacking ? Lack(study, runsRoot, next.Cell, lacking, progress) : worker.Settle(next.Cell, next.Waits, cancel);
            Settle(queue, next.Cell, outcome, progress);
        }
        return queue.Summary;
    }

    /// <summary>The cells of <paramref name="study"/> whose result is not there.</summary>
    internal static StudyQueue Queue(Study study, string runsRoot) => new(study, cell => new CellDirectory(study.Folder(runsRoot), cell).IsDone);

    /// <summary>Fails a cell, because <paramref name="lacking"/> has no weights to give.</summary>
    internal static CellOutcome Lack(Study study, string runsRoot, Cell cell, Cell lacking, IRunProgress progress) =>
        CellWorker.Fail(cell, new CellDirectory(study.Folder(runsRoot), cell), $"it needs the weights of {lacking.Id}, which failed", progress);

    /// <summary>Settles a cell and says so where it is left to another process.</summary>
    internal static void Settle(StudyQueue queue, Cell cell, CellOutcome outcome, IRunProgress progress)
    {
        if (queue.Settle(cell, outcome) == CellOutcome.Skipped) progress.CellSkipped(cell, "another process is running it");
    }
}
