namespace Postern.Studies;

/// <summary>Records that a cell cannot have a result now, and tells of it, also where it cannot be recorded.</summary>
internal static class CellFailure
{
    /// <summary>Writes <c>failure.json</c>.</summary>
    /// <param name="run">The study and where its results go.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="error">Why.</param>
    /// <param name="tell">Hears of it.</param>
    /// <param name="isOwn">Whether this process holds the cell's folder; otherwise it is left alone where another does.</param>
    public static void Record(RunFolder run, Cell cell, string error, Action<RunEvent> tell, bool isOwn)
    {
        string line = ErrorText.OneLine(error);
        CellDirectory directory = run.Of(cell);
        try
        {
            if (isOwn || !FolderClaim.IsHeld(directory.Folder)) directory.WriteFailure(line);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            // The disk may be full, or the folder the very thing that is wrong.
        }
        tell(new CellFailed(cell.Id, line));
    }
}
