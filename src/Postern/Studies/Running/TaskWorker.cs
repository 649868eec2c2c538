using System.Diagnostics.CodeAnalysis;
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
    private KeptDataset? kept;

    private KeptDataset Kept => kept ??= new KeptDataset(run, threads.Threads, attacks, tell);

    /// <summary>Brings one group, whose needed tasks are done, to its output.</summary>
    /// <param name="group">The group.</param>
    /// <param name="waits">Whether to wait while another process has it.</param>
    /// <param name="cancel">Stops it; what is saved stays.</param>
    /// <returns>How it ended, and why where it failed: one failed group does not end the study.</returns>
    /// <exception cref="InputException">The study itself is at fault (<see cref="InputException.IsOfStudy"/>).</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on where it stopped.</exception>
    public (TaskOutcome Outcome, string? Error) Run(TaskGroup group, bool waits, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            return group.Tasks is [PrepareTask preparation]
                ? Prepare(group, preparation, cancel) : RunCell(group, waits, cancel);
        }
        catch (ClaimLostException e)
        {
            tell(new Warned(group.Cell.Id, e.Message));
            return (TaskOutcome.Skipped, null);
        }
        catch (Exception e) when (IsOfTask(e))
        {
            // Not even its folder could be had.
            if (group.IsPreparation) return (TaskOutcome.Failed, ErrorText.OneLine(e.Message));
            return Failed(group.Cell, e.Message, isOwn: false);
        }
    }

    private (TaskOutcome Outcome, string? Error) RunCell(TaskGroup group, bool waits, CancellationToken cancel)
    {
        CellDirectory directory = run.Of(group.Cell);
        if (run.IsDone(group.Cell)) return (TaskOutcome.Done, null);
        using FolderClaim? held = waits ? Wait(group.Cell, directory, cancel) : FolderClaim.TryTake(directory.Folder);
        if (run.IsDone(group.Cell)) return (TaskOutcome.Done, null);
        if (held is null) return (TaskOutcome.Skipped, null);
        // Another run has tried it while this one waited.
        if (waits && directory.ReadFailure() is string elsewhere)
        {
            tell(new CellFailed(group.Cell.Id, elsewhere));
            return (TaskOutcome.Failed, elsewhere);
        }
        directory.Start();
        if (held.Former is ClaimRecord former) tell(new Warned(group.Cell.Id, former.Obituary()));
        var clock = new CellClock();
        if (!TryOpen(group.Cell, clock, cancel, out Dataset? dataset, out string? unreadable))
            return Failed(group.Cell, unreadable, isOwn: true);
        if (!directory.IsDone && ResultReuse.TryTake(run.Output, group.Cell, directory, dataset) is string source)
        {
            tell(new Noted(group.Cell.Id, $"is finished in {source} and taken from there"));
            if (run.IsDone(group.Cell))
            {
                tell(CellFinished.Of(directory.ReadResult()!));
                return (TaskOutcome.Done, null);
            }
        }
        string? error = Try(group.Cell, clock, () => DoTasks(group, dataset, clock, cancel));
        return error is null ? (TaskOutcome.Done, null) : Failed(group.Cell, error, isOwn: true);
    }

    /// <summary>Closes the dataset.</summary>
    public void Dispose()
    {
        kept?.Dispose();
        kept = null;
    }

    private (TaskOutcome Outcome, string? Error) Failed(Cell cell, string error, bool isOwn)
    {
        CellFailure.Record(run, cell, error, tell, isOwn);
        return (TaskOutcome.Failed, ErrorText.OneLine(error));
    }

    private void DoTasks(TaskGroup group, Dataset dataset, CellClock clock, CancellationToken cancel)
    {
        // A damaged result is no reason to train again, nor to believe it.
        run.Of(group.Cell).ReadResult();
        if (device.IsCpu && group.Cell.Training.Switch("tf32"))
            throw group.Cell.Training.Error(
                "tf32 is a card's, and device is the processor; take it out, or name a card in device");
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

    /// <summary>Whether an error is a task's, and others can go on.</summary>
    private static bool IsOfTask(Exception e) =>
        Causes.Of(e) is not (OperationCanceledException or ClaimLostException or InputException { IsOfStudy: true });

    private string? Try(Cell cell, CellClock clock, Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception e) when (IsOfTask(e))
        {
            return ErrorText.OneLine(CardMemory.Explain(Causes.Of(e)));
        }
        finally
        {
            // The parts of an interrupted cell add up; one that was killed is missing a part.
            if (profiles) AddProfile(cell, clock);
        }
    }

    private void AddProfile(Cell cell, CellClock clock)
    {
        try
        {
            run.Of(cell).AddProfile(clock.Profile);
        }
        catch (Exception e) when (e is InputException or ClaimLostException)
        {
            // It decides nothing, and must not hide why the cell failed.
            tell(new Warned(cell.Id, e.Message));
        }
    }

    /// <summary>
    /// The claim on a cell that another process has, as soon as it is free; null where that one has finished it.
    /// </summary>
    private FolderClaim? Wait(Cell cell, CellDirectory directory, CancellationToken cancel)
    {
        FolderClaim? held = FolderClaim.TryTake(directory.Folder);
        if (held is null) tell(new Noted(cell.Id, ErrorText.WaitsForOther));
        while (held is null)
        {
            cancel.WaitHandle.WaitOne(Poll);
            cancel.ThrowIfCancellationRequested();
            if (run.IsDone(cell)) return null;
            held = FolderClaim.TryTake(directory.Folder);
        }
        return held;
    }

    private RunContext Context(Dataset dataset) => new(run, dataset, threads, device, tell, attacks, reportedNotes);

    /// <summary>Opens a cell's dataset and sees to it that every picture can be read.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="clock">Counts the time.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="unreadable">Why it cannot be used; it is not opened again for the next cell.</param>
    /// <exception cref="InputException">A result is of other pictures.</exception>
    private bool TryOpen(Cell cell, CellClock clock, CancellationToken cancel, [NotNullWhen(true)] out Dataset? dataset,
        [NotNullWhen(false)] out string? unreadable)
    {
        string chosen = cell.Dataset.Canonical;
        dataset = null;
        if (refused.TryGetValue(chosen, out unreadable)) return false;
        try
        {
            dataset = clock.Preparing(() => Kept.Of(cell, cancel));
            return true;
        }
        catch (InputException e) when (!e.IsOfStudy)
        {
            refused[chosen] = unreadable = ErrorText.OneLine(e.Message);
            return false;
        }
    }
}
