using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>What is on disk about a study: the one object that every report is made of.</summary>
/// <param name="Study">The study.</param>
/// <param name="Cells">Its cells with their records, in the study's order.</param>
public sealed record StudySummary(Study Study, IReadOnlyList<CellReport> Cells)
{
    /// <summary>The main table.</summary>
    public ResultTable Table { get; } = ResultTable.Of(Study, Cells);

    /// <summary>Reads the records of <paramref name="run"/>.</summary>
    /// <exception cref="InputException">A record is damaged.</exception>
    public static StudySummary Read(RunFolder run) =>
        new(run.Study, [.. run.Study.Cells.Select(c => CellReport.Read(run, c))]);
}
