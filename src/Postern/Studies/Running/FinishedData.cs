using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Studies;

/// <summary>
/// Sees to it that a run does not show results of other pictures than its study names now: an id does not tell of them.
/// </summary>
internal static class FinishedData
{
    private const string OldRecords =
        "finished cells have records that know their pictures by names and lengths only; these agree with the pictures at hand";

    /// <summary>
    /// Compares the datasets of which nothing is left to do. One that cannot be opened is told of and hinders nothing; the others
    /// are compared when they are opened for what is left.
    /// </summary>
    /// <param name="run">The study and where its results are.</param>
    /// <param name="sweep">How pictures are gone through whose content is not known.</param>
    /// <param name="tell">Hears what cannot be told apart.</param>
    /// <exception cref="InputException">A result is of other pictures.</exception>
    public static void Check(RunFolder run, PictureSweep sweep, Action<RunEvent> tell)
    {
        foreach (IGrouping<string, Cell> cells in run.Study.Cells.GroupBy(c => c.Dataset.Canonical))
        {
            Choice choice = cells.First().Dataset;
            if (choice.Values.ContainsKey("path") && cells.All(run.IsDone)
                && Open(choice, sweep, cells.First(), tell) is Dataset dataset)
            {
                using (dataset) Compare(run, choice, dataset, tell);
            }
        }
    }

    /// <summary>Compares the trained cells of a dataset with the pictures at hand.</summary>
    /// <param name="run">The study and where its results are.</param>
    /// <param name="choice">The dataset as the study names it.</param>
    /// <param name="dataset">The same, open.</param>
    /// <param name="tell">Hears of records that tell too little.</param>
    /// <exception cref="InputException">A cell is of other pictures.</exception>
    public static void Compare(RunFolder run, Choice choice, Dataset dataset, Action<RunEvent> tell)
    {
        bool told = false;
        foreach (Cell cell in run.Study.Work.Cells.Where(c => c.Dataset.Canonical == choice.Canonical))
        {
            CellDirectory directory = run.Of(cell);
            if (!directory.IsTrained || Description(directory) is not CellDescription record) continue;
            DataAgreement agreement = DataComparison.Of(record, dataset);
            if (agreement == DataAgreement.None)
            {
                throw InputException.OfStudy(directory.Folder,
                    $"was trained on other data than {dataset.Name} is now; delete the folder or choose another with --out");
            }
            if (agreement == DataAgreement.NamesOnly && !told) tell(new Noted(cell.Id, OldRecords));
            told |= agreement == DataAgreement.NamesOnly;
        }
    }

    /// <summary>
    /// Its record; null where there is none, and where it is damaged, which is said when the cell is looked at.
    /// </summary>
    private static CellDescription? Description(CellDirectory directory)
    {
        try
        {
            return directory.ReadDescription();
        }
        catch (InputException)
        {
            return null;
        }
    }

    private static Dataset? Open(Choice choice, PictureSweep sweep, Cell cell, Action<RunEvent> tell)
    {
        try
        {
            return UnreadablePictures.Settle(DatasetCatalog.Open(choice), choice, sweep with { Decodes = false });
        }
        catch (InputException e)
        {
            tell(new Noted(cell.Id, $"is finished, and its pictures cannot be compared with those at hand: {e.Message}"));
            return null;
        }
    }
}
