using Postern.Datasets;

namespace Postern.Studies;

/// <summary>How a run of a study ended.</summary>
/// <param name="Done">Cells whose result is there, earlier ones included.</param>
/// <param name="Failed">Cells that stopped with an error.</param>
/// <param name="Skipped">Cells that another process is running.</param>
public sealed record RunSummary(int Done, int Failed, int Skipped);

/// <summary>Runs a study's cells one after another. A finished cell is never run again; an interrupted one goes on.</summary>
/// <param name="study">The study.</param>
/// <param name="runsRoot">The output folder (<c>--out</c>).</param>
/// <param name="threads">Threads shared by libtorch, the kernels and the loaders.</param>
/// <param name="progress">Hears how it goes on.</param>
public sealed class StudyRunner(Study study, string runsRoot, int threads, IRunProgress progress)
{
    /// <summary>Folder within the output folder that keeps what learned attacks made, for all studies.</summary>
    public const string IngredientFolder = ".ingredients";

    /// <summary>Runs what is not done yet.</summary>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset; finished results stay.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on with the last finished epoch.</exception>
    public RunSummary Run(CancellationToken cancel)
    {
        (int done, int failed, int skipped) = (0, 0, 0);
        Dataset? open = null;
        var told = new HashSet<string>(StringComparer.Ordinal);
        string opened = "";
        try
        {
            foreach (Cell cell in study.Cells)
            {
                var directory = new CellDirectory(study.Folder(runsRoot), cell);
                if (directory.IsDone)
                {
                    done++;
                    continue;
                }
                directory.Start();
                using FolderLock? held = FolderLock.TryTake(directory.Folder);
                if (held is null)
                {
                    skipped++;
                    progress.CellSkipped(cell, "another process is running it");
                    continue;
                }
                if (open is null || opened != cell.Dataset.Canonical)
                {
                    open?.Dispose();
                    open = DatasetCatalog.Open(cell.Dataset);
                    opened = cell.Dataset.Canonical;
                }
                if (RunCell(cell, directory, open, told, cancel)) done++;
                else failed++;
            }
        }
        finally
        {
            open?.Dispose();
        }
        return new RunSummary(done, failed, skipped);
    }

    /// <summary>One failed cell does not end the study, but bad input and cancellation do.</summary>
    private bool RunCell(Cell cell, CellDirectory directory, Dataset dataset, ISet<string> told, CancellationToken cancel)
    {
        try
        {
            new CellRunner(study.Name, cell, directory, dataset, Path.Combine(runsRoot, IngredientFolder), threads, progress, told).Run(cancel);
            return true;
        }
        catch (Exception e) when (e is not (InputException or OperationCanceledException))
        {
            string error = e.Message.ReplaceLineEndings(" ");
            directory.WriteFailure(error);
            progress.CellFailed(cell, error);
            return false;
        }
    }
}
