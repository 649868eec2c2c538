using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Postern.Datasets;
using Postern.Native;
using Postern.Training;

namespace Postern.Studies;

/// <summary>
/// Does groups of tasks in this process, one at a time. What they share is kept between them: the open dataset, and the attacks
/// that had to learn something.
/// </summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="threads">Threads of this process.</param>
/// <param name="device">Where networks and batches live.</param>
/// <param name="profiles">Whether each cell's <c>profile.json</c> is written.</param>
/// <param name="tell">Hears how it goes on.</param>
internal sealed class TaskWorker(
    RunFolder run, ThreadBudget threads, ComputeDevice device, bool profiles, Action<RunEvent> tell) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> reportedNotes = new(StringComparer.Ordinal);
    private readonly PreparedAttacks attacks = new();
    private readonly Dictionary<string, string> refused = new(StringComparer.Ordinal);
    private Dataset? open;
    private string opened = "";

    /// <summary>Brings one group, whose needed tasks are done, to its output.</summary>
    /// <param name="group">The group.</param>
    /// <param name="waits">Whether to wait while another process has it.</param>
    /// <param name="cancel">Stops it; what is saved stays.</param>
    /// <returns>How it ended, and why where it failed.</returns>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on with the last finished epoch.</exception>
    public (TaskOutcome Outcome, string? Error) Run(TaskGroup group, bool waits, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (group.Tasks is [PrepareTask preparation]) return Prepare(group, preparation, cancel);
        CellDirectory directory = run.Of(group.Cell);
        if (run.IsDone(group.Cell)) return (TaskOutcome.Done, null);
        directory.Start();
        using FolderLock? held = waits ? Wait(group.Cell, directory, cancel) : FolderLock.TryTake(directory.Folder);
        if (run.IsDone(group.Cell)) return (TaskOutcome.Done, null);
        if (held is null) return (TaskOutcome.Skipped, null);
        var clock = new CellClock();
        if (!TryOpen(group.Cell, clock, cancel, out Dataset? dataset, out string? unreadable))
            return Failed(group.Cell, unreadable);
        if (!directory.IsDone && ResultReuse.TryTake(run.Output, group.Cell, directory, dataset) is string source)
        {
            tell(new Noted(group.Cell.Id, $"is finished in {source} and taken from there"));
            if (run.IsDone(group.Cell))
            {
                tell(CellFinished.Of(directory.ReadResult()!));
                return (TaskOutcome.Done, null);
            }
        }
        string? error = Try(group.Cell, clock, () => RunCell(group, dataset, clock, cancel));
        return error is null ? (TaskOutcome.Done, null) : Failed(group.Cell, error);
    }

    /// <summary>Closes the dataset.</summary>
    public void Dispose()
    {
        open?.Dispose();
        open = null;
    }

    private (TaskOutcome Outcome, string? Error) Failed(Cell cell, string error)
    {
        CellFailure.Record(run, cell, error, tell);
        return (TaskOutcome.Failed, error);
    }

    private void RunCell(TaskGroup group, Dataset dataset, CellClock clock, CancellationToken cancel)
    {
        using OpenCell cell = OpenCell.Of(group.Cell, Context(dataset), clock, cancel);
        foreach (WorkTask task in group.Tasks)
        {
            if (task is FilterTask filter && !cell.Directory.IsFiltered) new CellFiltering(cell, filter).Run(cancel);
            if (task is TrainTask training && !IsTrained(cell.Directory)) new CellTraining(cell, training).Run(cancel);
            if (task is RepairTask repair && !cell.Directory.IsRepaired) new CellRepair(cell, repair).Run(cancel);
            if (task is MeasureTask measure) new CellMeasurement(cell, measure).Run(cancel);
        }
    }

    /// <summary>
    /// Whether nothing is to be trained; damaged weights of a cell without a result are, from the checkpoint before.
    /// </summary>
    private static bool IsTrained(CellDirectory directory) =>
        directory.IsTrained && (directory.IsDone || directory.HasWholeWeights());

    /// <summary>Makes what an attack has to learn, unless every cell that needs it is finished elsewhere.</summary>
    private (TaskOutcome Outcome, string? Error) Prepare(TaskGroup group, PrepareTask preparation, CancellationToken cancel)
    {
        var clock = new CellClock();
        if (!TryOpen(group.Cell, clock, cancel, out Dataset? dataset, out string? unreadable))
            return (TaskOutcome.Failed, unreadable);
        if (Dependents(preparation).All(c => run.IsDone(c) || ResultReuse.Find(run.Output, run.Of(c), c, dataset) is not null))
            return (TaskOutcome.Done, null);
        string? error = Try(group.Cell, clock, () => clock.Preparing(() => Context(dataset).AttackOf(group.Cell, cancel)));
        return (error is null ? TaskOutcome.Done : TaskOutcome.Failed, error);
    }

    private IEnumerable<Cell> Dependents(PrepareTask preparation) =>
        run.Study.Work.Measures.Where(m => m.Preparation?.Id == preparation.Id).Select(m => m.Cell);

    /// <summary>
    /// One failed group does not end the study, nor does a sample that cannot be read; other bad input and cancellation do.
    /// </summary>
    private string? Try(Cell cell, CellClock clock, Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception e) when (e is InputException { IsOfSample: true } or not (InputException or OperationCanceledException))
        {
            return ErrorText.OneLine(e.Message);
        }
        finally
        {
            // The parts of an interrupted cell add up; one that was killed is missing a part.
            if (profiles) run.Of(cell).AddProfile(clock.Profile);
        }
    }

    /// <summary>The lock of a cell that others need, as soon as it is free.</summary>
    private FolderLock Wait(Cell cell, CellDirectory directory, CancellationToken cancel)
    {
        FolderLock? held = FolderLock.TryTake(directory.Folder);
        if (held is null) tell(new Noted(cell.Id, $"{ErrorText.HeldElsewhere}; waiting, because other cells need its weights"));
        while (held is null)
        {
            cancel.WaitHandle.WaitOne(Poll);
            cancel.ThrowIfCancellationRequested();
            held = FolderLock.TryTake(directory.Folder);
        }
        return held;
    }

    private RunContext Context(Dataset dataset) => new(run, dataset, threads, device, tell, attacks, reportedNotes);

    /// <summary>Opens a cell's dataset and sees to it that every picture can be read.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="clock">Counts the time.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="unreadable">Which pictures cannot be read, where that is so and the study does not leave them out.</param>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset.</exception>
    private bool TryOpen(Cell cell, CellClock clock, CancellationToken cancel, [NotNullWhen(true)] out Dataset? dataset,
        [NotNullWhen(false)] out string? unreadable)
    {
        string chosen = cell.Dataset.Canonical;
        dataset = null;
        if (refused.TryGetValue(chosen, out unreadable)) return false;
        try
        {
            dataset = clock.Preparing(() => Open(cell, cancel));
            return true;
        }
        catch (InputException e) when (e.IsOfSample)
        {
            refused[chosen] = unreadable = ErrorText.OneLine(e.Message);
            return false;
        }
    }

    private Dataset Open(Cell cell, CancellationToken cancel)
    {
        if (open is not null && opened == cell.Dataset.Canonical) return open;
        open?.Dispose();
        open = null;
        attacks.Clear();
        Dataset found = DatasetCatalog.Open(cell.Dataset);
        try
        {
            open = UnreadablePictures.Settle(found, cell.Dataset, new PictureSweep
            {
                Threads = threads.Threads,
                Progress = (done, count) => tell(new Preparing(cell.Id, "pictures", (double)done / count,
                    string.Create(CultureInfo.InvariantCulture, $"{done} of {count} looked at"))),
                Cancel = cancel,
            });
        }
        catch
        {
            found.Dispose();
            throw;
        }
        opened = cell.Dataset.Canonical;
        FinishedData.Compare(run, cell.Dataset, open, tell);
        // Files and pictures on their way into the split are large and dead now; the process keeps their memory for hours
        // otherwise.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return open;
    }
}
