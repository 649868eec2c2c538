namespace Postern.Attacks.Triggers;

/// <summary>
/// A regular selection of single pixels (L of <c>docs/reference/attacks.md 2.12</c>): one in every <paramref name="Period"/> x
/// <paramref name="Period"/> square, or, sheared, one in every <paramref name="Period"/> pixels of each row.
/// </summary>
/// <param name="Period">Distance between neighbours in a row and in a column: gap + 1, or the patch size for one pixel a
/// patch.</param>
/// <param name="PhaseRow">Row of the first pixel, below the period.</param>
/// <param name="PhaseColumn">Column of the first pixel, below the period.</param>
/// <param name="Sheared">Each row takes part, one column further left than the row above; with period 2 a checkerboard.</param>
public readonly record struct PixelLattice(int Period, int PhaseRow = 0, int PhaseColumn = 0, bool Sheared = false)
{
    /// <summary>The first selected column of a row, or -1 where none is; the others follow at the period.</summary>
    public int FirstColumn(int row)
    {
        int offset = (row - PhaseRow) % Period;
        if (Sheared) return ((PhaseColumn - offset) % Period + Period) % Period;
        return offset == 0 ? PhaseColumn : -1;
    }

    /// <summary>Whether L is 1 at (<paramref name="row"/>, <paramref name="column"/>).</summary>
    public bool Selects(int row, int column)
    {
        int first = FirstColumn(row);
        return first >= 0 && column >= first && (column - first) % Period == 0;
    }
}
