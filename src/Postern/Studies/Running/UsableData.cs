using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Studies;

/// <summary>
/// Sees to it that a study of which nothing could be done ends before its first cell, with the one error that each of them would
/// have, as its dry run does.
/// </summary>
internal static class UsableData
{
    /// <summary>
    /// Looks for a dataset that can be listed. One that cannot fails its own cells while the others' go on, and hinders nobody
    /// where results are there to be shown.
    /// </summary>
    /// <param name="run">The study and where its results are.</param>
    /// <exception cref="InputException">There is none, and no result.</exception>
    public static void Check(RunFolder run)
    {
        if (run.Study.Cells.Any(run.IsDone)) return;
        InputException? first = null;
        foreach (Choice choice in run.Study.Cells.Select(c => c.Dataset).DistinctBy(d => d.Canonical))
        {
            try
            {
                DatasetCatalog.Counted(choice);
                return;
            }
            catch (InputException e)
            {
                first ??= e;
            }
        }
        if (first is not null) throw first;
    }
}
