using Postern.Datasets;

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

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private readonly HashSet<string> failed = new(StringComparer.Ordinal);
    private Dataset? open;
    private string opened = "";

    private enum Outcome
    {
        Done,
        Failed,
        Skipped,
    }

    /// <summary>Runs what is not done yet.</summary>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset; finished results stay.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on with the last finished epoch.</exception>
    public RunSummary Run(CancellationToken cancel)
    {
        try
        {
            Outcome[] outcomes = [.. study.Cells.Select(cell => Settle(cell, isNeeded: false, cancel))];
            return new RunSummary(outcomes.Count(o => o == Outcome.Done), outcomes.Count(o => o == Outcome.Failed), outcomes.Count(o => o == Outcome.Skipped));
        }
        finally
        {
            open?.Dispose();
            open = null;
        }
    }

    /// <summary>Brings one cell to its result. One that others need is waited for where another process runs it.</summary>
    private Outcome Settle(Cell cell, bool isNeeded, CancellationToken cancel)
    {
        var directory = new CellDirectory(study.Folder(runsRoot), cell);
        if (directory.IsDone) return Outcome.Done;
        // A cell that several need is not tried again for each of them.
        if (failed.Contains(cell.Id)) return Outcome.Failed;
        foreach (Cell needed in new[] { cell.Pretraining, cell.TrainedBy }.OfType<Cell>())
        {
            if (Settle(needed, isNeeded: true, cancel) == Outcome.Done) continue;
            directory.Start();
            return Failed(cell, directory, $"it needs the weights of {needed.Id}, which failed");
        }
        directory.Start();
        using FolderLock? held = isNeeded ? Wait(cell, directory, cancel) : FolderLock.TryTake(directory.Folder);
        if (directory.IsDone) return Outcome.Done;
        if (held is null)
        {
            progress.CellSkipped(cell, "another process is running it");
            return Outcome.Skipped;
        }
        Dataset dataset = Open(cell);
        if (CellAdoption.TryTake(runsRoot, cell, directory, dataset) is string source)
        {
            progress.Noted(cell, $"is finished in {source} and taken from there");
            return Outcome.Done;
        }
        return RunCell(cell, directory, dataset, cancel);
    }

    /// <summary>One failed cell does not end the study, but bad input and cancellation do.</summary>
    private Outcome RunCell(Cell cell, CellDirectory directory, Dataset dataset, CancellationToken cancel)
    {
        try
        {
            new CellRunner(study.Name, cell, directory, dataset, Path.Combine(runsRoot, IngredientFolder), threads, progress, told).Run(cancel);
            return Outcome.Done;
        }
        catch (Exception e) when (e is not (InputException or OperationCanceledException))
        {
            return Failed(cell, directory, e.Message.ReplaceLineEndings(" "));
        }
    }

    private Outcome Failed(Cell cell, CellDirectory directory, string error)
    {
        failed.Add(cell.Id);
        directory.WriteFailure(error);
        progress.CellFailed(cell, error);
        return Outcome.Failed;
    }

    /// <summary>The lock of a cell that others need, as soon as it is free.</summary>
    private FolderLock Wait(Cell cell, CellDirectory directory, CancellationToken cancel)
    {
        FolderLock? held = FolderLock.TryTake(directory.Folder);
        if (held is null) progress.Noted(cell, "another process is running it; waiting, because other cells need its weights");
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
        if (open is null || opened != cell.Dataset.Canonical)
        {
            open?.Dispose();
            open = DatasetCatalog.Open(cell.Dataset);
            opened = cell.Dataset.Canonical;
        }
        return open;
    }
}
