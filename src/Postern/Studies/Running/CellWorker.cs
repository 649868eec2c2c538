using Postern.Datasets;
using Postern.Training;

namespace Postern.Studies;

/// <summary>
/// Runs cells of a study in this process, one at a time. What they share is kept between them: the open dataset, and the attacks that
/// had to learn something.
/// </summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="threads">Threads of this process.</param>
/// <param name="profiles">Whether each cell's <c>profile.json</c> is written.</param>
/// <param name="tell">Hears how it goes on.</param>
internal sealed class CellWorker(RunFolder run, ThreadBudget threads, bool profiles, Action<RunEvent> tell) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> reportedNotes = new(StringComparer.Ordinal);
    private readonly PreparedAttacks attacks = new();
    private Dataset? open;
    private string opened = "";

    /// <summary>Brings one cell, whose needed cells are done, to its result.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="waits">Whether to wait while another process runs it.</param>
    /// <param name="cancel">Stops it; what is saved stays.</param>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on with the last finished epoch.</exception>
    public CellOutcome Settle(Cell cell, bool waits, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        CellDirectory directory = run.Of(cell);
        if (directory.IsDone) return CellOutcome.Done;
        directory.Start();
        using FolderLock? held = waits ? Wait(cell, directory, cancel) : FolderLock.TryTake(directory.Folder);
        if (directory.IsDone) return CellOutcome.Done;
        if (held is null) return CellOutcome.Skipped;
        var clock = new CellClock();
        Dataset dataset = clock.Preparing(() => Open(cell));
        if (ResultReuse.TryTake(run.Output, cell, directory, dataset) is string source)
        {
            tell(new Noted(cell.Id, $"is finished in {source} and taken from there"));
            tell(CellFinished.Of(directory.ReadResult()!));
            return CellOutcome.Done;
        }
        return Run(cell, directory, dataset, clock, cancel);
    }

    /// <summary>Closes the dataset.</summary>
    public void Dispose()
    {
        open?.Dispose();
        open = null;
    }

    /// <summary>Records that a cell cannot have a result now.</summary>
    internal static CellOutcome Fail(Cell cell, CellDirectory directory, string error, Action<RunEvent> tell)
    {
        string line = ErrorText.OneLine(error);
        directory.Start();
        directory.WriteFailure(line);
        tell(new CellFailed(cell.Id, line));
        return CellOutcome.Failed;
    }

    /// <summary>One failed cell does not end the study, but bad input and cancellation do.</summary>
    private CellOutcome Run(Cell cell, CellDirectory directory, Dataset dataset, CellClock clock, CancellationToken cancel)
    {
        var context = new RunContext(run, dataset, threads, tell, attacks, reportedNotes);
        try
        {
            new CellRunner(cell, directory, context, clock).Run(cancel);
            return CellOutcome.Done;
        }
        catch (Exception e) when (e is not (InputException or OperationCanceledException))
        {
            return Fail(cell, directory, e.Message, tell);
        }
        finally
        {
            // The parts of an interrupted cell add up; one that was killed is missing a part.
            if (profiles) directory.WriteProfile((directory.ReadProfile() ?? CellProfile.Empty) + clock.Profile);
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

    private Dataset Open(Cell cell)
    {
        if (open is not null && opened == cell.Dataset.Canonical) return open;
        open?.Dispose();
        attacks.Clear();
        open = DatasetCatalog.Open(cell.Dataset);
        opened = cell.Dataset.Canonical;
        // Files and pictures on their way into the split are large and dead now; the process keeps their memory for hours otherwise.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return open;
    }
}
