namespace Postern.Studies;

/// <summary>Records that a cell cannot have a result now, and tells of it.</summary>
internal static class CellFailure
{
    /// <summary>Writes <c>failure.json</c>.</summary>
    /// <param name="run">The study and where its results go.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="error">Why.</param>
    /// <param name="tell">Hears of it.</param>
    public static void Record(RunFolder run, Cell cell, string error, Action<RunEvent> tell)
    {
        string line = ErrorText.OneLine(error);
        CellDirectory directory = run.Of(cell);
        directory.Start();
        directory.WriteFailure(line);
        tell(new CellFailed(cell.Id, line));
    }
}
