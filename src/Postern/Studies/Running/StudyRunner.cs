using Postern.Datasets;
using Postern.Native;
using Postern.Training;

namespace Postern.Studies;

/// <summary>
/// Runs a study in this process, one group of tasks after another, each after those that it needs. What is finished is never run
/// again; what was interrupted goes on.
/// </summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="threads">Threads shared by libtorch, the kernels and the loaders.</param>
/// <param name="tell">Hears how it goes on.</param>
public sealed class StudyRunner(RunFolder run, int threads, Action<RunEvent> tell)
{
    /// <summary>Whether each cell that runs leaves a <c>profile.json</c>.</summary>
    public bool Profiles { get; init; }

    /// <summary>
    /// The groups to do (<see cref="TaskGroup.Place"/>), in a part of a run whose other parts run elsewhere; null for all of the
    /// study.
    /// </summary>
    public IReadOnlyCollection<string>? Places { get; init; }

    /// <summary>Where networks and batches live; what the study's word stands for here, where nothing else is said.</summary>
    public ComputeDevice? Device { get; init; }

    /// <summary>Runs what is not done yet.</summary>
    /// <exception cref="InputException">
    /// A finished result is of other pictures than the study names now, or no dataset can be used.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on where it stopped.</exception>
    public RunSummary Run(CancellationToken cancel)
    {
        ComputeDevice device = Device ?? ComputeDevice.Resolve(run.Study.Device, run.Study.FilePath);
        if (Places is null)
        {
            UsableData.Check(run);
            Leftovers.Remove(run);
            FinishedData.Check(run, new PictureSweep { Threads = threads, Cancel = cancel }, tell);
            run.WriteStudy();
        }
        var walk = new GraphWalk(run, tell, Places);
        using var worker = new TaskWorker(run, new ThreadBudget(threads), device, Profiles, tell);
        while (walk.TryTake(out QueuedGroup? next))
        {
            (TaskOutcome outcome, string? error) = worker.Run(next.Group, next.Waits, cancel);
            // Nobody after it in this process will say so.
            if (Places is not null && next.Group.IsPreparation && error is not null)
                tell(new CellFailed(next.Group.Cell.Id, error));
            walk.Settle(next.Group, outcome, error);
        }
        return walk.Summary;
    }
}
