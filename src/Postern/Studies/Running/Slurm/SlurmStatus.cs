using System.Globalization;

namespace Postern.Studies.Slurm;

/// <summary>Adds to a study's status what Slurm knows of its jobs.</summary>
public static class SlurmStatus
{
    /// <summary>The status of a study with what Slurm has of it; the same where nothing was submitted.</summary>
    public static StudyStatus Of(RunFolder run)
    {
        var status = StudyStatus.Of(run);
        if (SlurmFolder.Of(run).Count == 0) return status;
        SlurmJobs jobs = SlurmJobs.Of(run);
        return With(status, jobs.Places, jobs.Elements.Values, jobs.Silence) with
        {
            // Of a controller that starts again nothing is heard for a while.
            IsQueued = jobs.Queued.Count > 0 || IsEnding(jobs) || (jobs.Silence is not null && jobs.Folders.Count > 0),
        };
    }

    /// <summary>A status with the newest job of each group.</summary>
    internal static StudyStatus With(StudyStatus status, IReadOnlyDictionary<string, PlaceJob> places,
        IEnumerable<SlurmElement> elements, string? silence) => status with
        {
            Cells = [.. status.Cells.Select(c => places.TryGetValue(c.Cell.Id, out PlaceJob? job) ? With(c, job) : c)],
            Preparations = [.. status.Preparations, .. places.Where(p => p.Value.Element is { Phase: JobPhase.Running }
                && status.Study.Work.Groups.Any(g => g.IsPreparation && g.Place == p.Key))
                .Select(p => $"{p.Key}, job {p.Value.Job}")],
            Notes =
            [
                .. elements.Where(e => e.Phase == JobPhase.Waiting)
                .GroupBy(e => PendingReason.Text(e.Reason), StringComparer.Ordinal)
                    .Select(g => string.Create(CultureInfo.InvariantCulture,
                        $"{g.Count()} {(g.Count() == 1 ? "job waits" : "jobs wait")}: {g.Key}")),
                .. silence is null ? Array.Empty<string>() : [$"Slurm is not heard, and this is what the records say: {silence}"],
            ],
        };

    private static CellStatus With(CellStatus cell, PlaceJob job)
    {
        CellState state = cell.State;
        if (state.Phase == CellPhase.Done) return cell;
        cell = cell with { Log = job.Log };
        if (state.Phase == CellPhase.Running || job.Element is not SlurmElement element) return cell;
        string name = $"job {job.Job}";
        return element.Phase switch
        {
            JobPhase.Waiting => cell with
            {
                State = state with { Phase = CellPhase.Waiting, Reason = $"{name}: {PendingReason.Text(element.Reason)}" },
            },
            // Of several cells in a task, the others have not begun.
            JobPhase.Running => cell with
            {
                State = state with { Phase = CellPhase.Waiting, Reason = $"{name} on {element.Node} comes to it" },
            },
            JobPhase.Ended when state.Phase == CellPhase.Failed => cell,
            JobPhase.Ended when element.IsCancelled => cell with
            {
                State = state with { Phase = CellPhase.Interrupted, Reason = $"its {name} was cancelled" },
            },
            _ => cell with { State = state with { Phase = CellPhase.Failed, Reason = $"its {name} {element.Ending}" } },
        };
    }

    // The last job tries again what failed, and writes the report.
    private static bool IsEnding(SlurmJobs jobs) => jobs.Folders.Any(f => f.Job(SlurmFolder.Report) is string job
        && jobs.Elements.TryGetValue(job, out SlurmElement? element) && element.Phase != JobPhase.Ended);
}
