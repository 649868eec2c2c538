using Postern.Studies.Jobs;

namespace Postern.Studies.Slurm;

/// <summary>A cell of a submission that is not done.</summary>
/// <param name="Cell">Its id.</param>
/// <param name="Reason">Why.</param>
/// <param name="Log">The log of its job.</param>
public sealed record UnfinishedCell(string Cell, string Reason, string Log);

/// <summary>How a submission ended.</summary>
/// <param name="Unfinished">What is not done.</param>
/// <param name="Again">What was submitted again; null where nothing was.</param>
/// <param name="Refusal">Why nothing was, where it should have been; null otherwise.</param>
public sealed record RoundEnd(IReadOnlyList<UnfinishedCell> Unfinished, Submitted? Again, string? Refusal);

/// <summary>
/// The end of a submission, in the job that writes the report: what failed, was killed or lost is tried again, a bounded number
/// of times; what somebody cancelled is not.
/// </summary>
/// <param name="run">The study and where its results are.</param>
/// <param name="number">The submission's number.</param>
public sealed class SlurmRound(RunFolder run, int number)
{
    private readonly SlurmFolder folder = new(run, number);

    /// <summary>Looks what is not done, keeps the reasons (<c>ended.txt</c>), and submits it again where that is due.</summary>
    /// <param name="command">How this program runs a study.</param>
    /// <exception cref="InputException">The submission's record is missing or damaged.</exception>
    public RoundEnd End(JobCommand command)
    {
        SubmissionRecord record = folder.Read()
            ?? throw new InputException(folder.Folder, "has no submission.json; submit the study again");
        SlurmJobs jobs = SlurmJobs.Of([folder]);
        List<UnfinishedCell> unfinished = [];
        List<Cell> again = [];
        HashSet<string> cancelled = new(StringComparer.Ordinal);
        foreach (TaskGroup group in run.Study.Work.Groups)
        {
            if (!jobs.Places.TryGetValue(group.Place, out PlaceJob? job) || group.IsPreparation || run.IsDone(group.Cell))
                continue;
            unfinished.Add(new UnfinishedCell(group.Cell.Id, Reason(group.Cell, job), job.Log));
            if (job.Element is { IsCancelled: true } || group.Inputs.Any(i => cancelled.Contains(i.Place)))
                cancelled.Add(group.Place);
            else again.Add(group.Cell);
        }
        // Should this very job be run a second time, what it submitted stands.
        bool isFollowed = SlurmFolder.Of(run).Any(f => f.Number > number && f.Read()?.Follows == number);
        Submitted? next = null;
        string? refusal = null;
        try
        {
            if (again.Count > 0 && !isFollowed && record.Round < record.Options.Retries)
                next = new SlurmLauncher(run, record.Options, command, record.Threads)
                    .Submit(Open(again, cancelled), record.Round + 1, number);
        }
        catch (InputException e)
        {
            // Some clusters take no jobs from their nodes.
            refusal = e.Message;
        }
        AtomicFile.WriteText(folder.Ended, string.Concat(unfinished.Select(u => $"{u.Cell}: {u.Reason} (log {u.Log})\n")));
        return new RoundEnd(unfinished, next, refusal);
    }

    private List<TaskGroup> Open(List<Cell> cells, HashSet<string> cancelled) =>
        [.. new WorkQueue(run.Study with { Cells = cells }, run.IsDone).Waiting.Where(g => !cancelled.Contains(g.Place))];

    private string Reason(Cell cell, PlaceJob job)
    {
        if (run.StateOf(cell) is { Phase: CellPhase.Failed, Reason: string failure }) return failure;
        return job.Element is SlurmElement element ? $"its job {job.Job} {element.Ending}" : $"its job {job.Job} left no result";
    }
}
