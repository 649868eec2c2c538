using System.Collections.Concurrent;

namespace Postern.Studies.Jobs;

/// <summary>
/// Runs a study's cells side by side, each job a process: libtorch's number of threads and the kernels' belong to a process, a crash
/// ends one cell and no other, and a cell's arithmetic is that of a run by itself. The queue is here and nowhere else; the locks of
/// the cells' folders keep out other runs.
/// </summary>
/// <param name="study">The study.</param>
/// <param name="runsRoot">The output folder (<c>--out</c>).</param>
/// <param name="jobs">Processes at a time; one that has nothing to do is not started.</param>
/// <param name="command">How a job is started.</param>
/// <param name="progress">Hears how it goes on, from the calling thread.</param>
public sealed class JobRunner(Study study, string runsRoot, int jobs, JobCommand command, IRunProgress progress)
{
    private const int BadInput = 2, Interrupted = 130, FirstSignal = 128;

    private readonly StudyQueue queue = StudyRunner.Queue(study, runsRoot);
    private readonly List<JobProcess> running = [];
    private readonly HashSet<string> told = new(StringComparer.Ordinal);

    /// <summary>Runs what is not done yet. All jobs have ended when it returns or throws.</summary>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset; finished results stay, running cells are stopped.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on with each cell's last finished epoch.</exception>
    public RunSummary Run(CancellationToken cancel)
    {
        using var events = new BlockingCollection<JobEvent>();
        try
        {
            while (GiveOut(events, cancel)) Handle(events.Take(cancel));
            return queue.Summary;
        }
        finally
        {
            // All are told before one is waited for.
            foreach (JobProcess job in running) job.Stop();
            foreach (JobProcess job in running) job.Dispose();
        }
    }

    /// <summary>Gives cells to idle jobs, starting those that are missing; false where nothing runs and nothing is left.</summary>
    private bool GiveOut(BlockingCollection<JobEvent> events, CancellationToken cancel)
    {
        while (running.Count(j => j.Cell is not null) < jobs && queue.TryTake(out QueuedCell? next))
        {
            cancel.ThrowIfCancellationRequested();
            if (next.Lacking is Cell lacking)
            {
                StudyRunner.Settle(queue, next.Cell, StudyRunner.Lack(study, runsRoot, next.Cell, lacking, progress), progress);
                continue;
            }
            JobProcess? idle = running.Find(j => j.Cell is null);
            if (idle is null) running.Add(idle = new JobProcess(command, events));
            idle.Ask(next);
        }
        return running.Exists(j => j.Cell is not null);
    }

    private void Handle(JobEvent happened)
    {
        if (happened.Message is null) Ended(happened.Job);
        // A job that speaks of another cell than its own is no job of ours.
        else if (happened.Job.Cell is Cell cell && cell.Id == happened.Message.Cell) Tell(happened.Job, cell, happened.Message);
    }

    private void Tell(JobProcess job, Cell cell, JobMessage message)
    {
        switch (message)
        {
            case PreparingMessage m: progress.Preparing(cell, m.Ingredient, m.Fraction, m.Detail); break;
            case StartedMessage m: progress.CellStarted(cell, m.FinishedEpochs); break;
            case SteppedMessage m: progress.Stepped(cell, m.Step); break;
            case EpochMessage m: progress.EpochFinished(cell, m.Epoch); break;
            case FinishedMessage when Directory(cell).ReadResult() is CellResult result: progress.CellFinished(cell, result); break;
            case FailedMessage m: progress.CellFailed(cell, m.Error); break;
            case NotedMessage m when told.Add(m.Note): progress.Noted(cell, m.Note); break;
            case WarnedMessage m: progress.Warned(cell, m.Warning); break;
            case SettledMessage m:
                job.Free();
                StudyRunner.Settle(queue, cell, m.Outcome, progress);
                break;
            case BadInputMessage m: throw InputException.Told(m.Error);
        }
    }

    /// <summary>A job ended by itself: its cell fails, and the next cell gets a new job.</summary>
    private void Ended(JobProcess job)
    {
        (int code, string error) = (job.ExitCode, job.LastError);
        Cell? cell = job.Cell;
        running.Remove(job);
        job.Dispose();
        if (code == Interrupted) throw new OperationCanceledException("a job was interrupted");
        if (code == BadInput) throw InputException.Told(error.StartsWith("error: ", StringComparison.Ordinal) ? error["error: ".Length..] : error);
        if (cell is null) return;
        string how = code > FirstSignal ? $"was ended by signal {code - FirstSignal}" : $"ended with exit code {code}";
        string why = error.Length > 0 ? $": {error}" : code == FirstSignal + 9 ? ", perhaps for lack of memory; try fewer --jobs" : "";
        StudyRunner.Settle(queue, cell, CellWorker.Fail(cell, Directory(cell), $"its process {how}{why}", progress), progress);
    }

    private CellDirectory Directory(Cell cell) => new(study.Folder(runsRoot), cell);
}
