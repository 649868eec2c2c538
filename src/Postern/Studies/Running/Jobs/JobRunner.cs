using System.Collections.Concurrent;
using Postern.Datasets;

namespace Postern.Studies.Jobs;

/// <summary>
/// Runs a study side by side, each job a process: libtorch's number of threads and the kernels' belong to a process, a crash ends
/// one cell and no other, and a cell's arithmetic is that of a run by itself. The walk along the graph is here and nowhere else;
/// the claims on the cells' folders keep out other runs.
/// </summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="jobs">Processes at a time; one that has nothing to do is not started.</param>
/// <param name="command">How a job is started.</param>
/// <param name="tell">Hears how it goes on, from the calling thread.</param>
public sealed class JobRunner(RunFolder run, int jobs, JobCommand command, Action<RunEvent> tell)
{
    /// <summary>The cards that jobs are shared among, the first one the first.</summary>
    public CardShares Cards { get; init; } = CardShares.None;

    private readonly GraphWalk walk = new(run, tell);
    private readonly List<JobProcess> running = [];
    private readonly HashSet<string> reportedNotes = new(StringComparer.Ordinal);

    // A process has one at a time; a second signal finds it here.
    private static JobRunner? current;

    /// <summary>Runs what is not done yet. All jobs have ended when it returns or throws.</summary>
    /// <exception cref="InputException">
    /// Bad input, e.g. a missing dataset; finished results stay, running cells are stopped.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// Cancelled; the next run goes on where each cell stopped.
    /// </exception>
    public RunSummary Run(CancellationToken cancel)
    {
        UsableData.Check(run);
        Leftovers.Remove(run);
        FinishedData.Check(run, new PictureSweep { Cancel = cancel }, tell);
        run.WriteStudy();
        using var news = new BlockingCollection<JobNews>();
        current = this;
        try
        {
            while (GiveOut(news, cancel)) Handle(news.Take(cancel));
            return walk.Summary;
        }
        finally
        {
            // All are told before one is waited for.
            foreach (JobProcess job in running) job.Stop();
            foreach (JobProcess job in running) job.Dispose();
            // Not before: a second signal mostly comes while they are waited for.
            current = null;
        }
    }

    /// <summary>Ends the jobs of this process at once, and removes what they were writing.</summary>
    internal static void EndAll()
    {
        if (current is not JobRunner runner) return;
        JobProcess[] jobs = [.. runner.running];
        foreach (JobProcess job in jobs) job.Kill();
        foreach (TaskGroup group in jobs.Select(j => j.Group).OfType<TaskGroup>())
            TemporaryName.RemoveDead(runner.Folder.Of(group.Cell).Folder);
    }

    private RunFolder Folder => run;

    /// <summary>Gives work to idle jobs, starting those that are missing; false where nothing runs and nothing is left.</summary>
    private bool GiveOut(BlockingCollection<JobNews> news, CancellationToken cancel)
    {
        while (running.Count(j => j.Group is not null) < jobs && walk.TryTake(out QueuedGroup? next))
        {
            cancel.ThrowIfCancellationRequested();
            JobProcess? idle = running.Find(j => j.Group is null);
            if (idle is null) running.Add(idle = new JobProcess(command, news, Cards.Next([.. running.Select(j => j.Card)])));
            idle.Ask(next);
        }
        return running.Exists(j => j.Group is not null);
    }

    private void Handle(JobNews news)
    {
        if (news.Happened is not RunEvent happened) Ended(news.Job);
        // A job that speaks of another cell than its own is no job of ours.
        else if (news.Job.Group is TaskGroup group && group.Cell.Id == happened.Cell) Hear(news.Job, group, happened);
    }

    private void Hear(JobProcess job, TaskGroup group, RunEvent happened)
    {
        if (happened is Settled settled)
        {
            job.Free();
            walk.Settle(group, settled.Outcome, settled.Error);
        }
        else if (happened is not Noted noted || reportedNotes.Add(noted.Note))
        {
            tell(happened);
        }
    }

    /// <summary>A job ended by itself: its tasks fail, and the next get a new job.</summary>
    private void Ended(JobProcess job)
    {
        (int code, string error, TaskGroup? group) = (job.ExitCode, job.LastError, job.Group);
        running.Remove(job);
        job.Dispose();
        if (code == ExitCode.Interrupted) throw new OperationCanceledException("a job was interrupted");
        if (code == ExitCode.BadInput) throw InputException.WithMessage(ErrorText.MessageOf(error));
        if (group is not null) walk.Fail(group, ErrorText.ProcessEnded(code, error));
    }
}
