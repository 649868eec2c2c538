using System.Globalization;
using Postern.Datasets;

namespace Postern.Studies;

/// <summary>
/// The dataset of the cells that one process does, kept open from one cell to the next that has the same.
/// </summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="threads">Threads that go through its pictures.</param>
/// <param name="attacks">Attacks of the open dataset, forgotten with it.</param>
/// <param name="tell">Hears how it goes on.</param>
internal sealed class KeptDataset(RunFolder run, int threads, PreparedAttacks attacks, Action<RunEvent> tell) : IDisposable
{
    private Dataset? open;
    private string opened = "";

    /// <summary>The dataset of <paramref name="cell"/>, every picture of which can be read.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="InputException">It cannot be used, or a result is of other pictures.</exception>
    public Dataset Of(Cell cell, CancellationToken cancel)
    {
        if (open is not null && opened == cell.Dataset.Canonical) return open;
        Dispose();
        attacks.Clear();
        Dataset found = DatasetCatalog.Open(cell.Dataset);
        try
        {
            open = UnreadablePictures.Settle(found, cell.Dataset, new PictureSweep
            {
                Threads = threads,
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

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        open?.Dispose();
        open = null;
    }
}
