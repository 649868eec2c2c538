using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>What is on disk about a study: the one object that every report is made of.</summary>
/// <param name="Study">The study.</param>
/// <param name="Cells">Its cells with their records, in the study's order.</param>
public sealed record StudySummary(Study Study, IReadOnlyList<CellReport> Cells)
{
    /// <summary>
    /// Those that have a row in tables of ACC and ASR: all but a detector's or a scan's, which would repeat the undefended
    /// numbers.
    /// </summary>
    public IReadOnlyList<CellReport> Rated { get; } = [.. Cells.Where(IsRated)];

    /// <summary>The main table.</summary>
    public ResultTable Table { get; } = ResultTable.Of(Study, [.. Cells.Where(IsRated)]) with
    {
        Notes = PathDifferences.Of(Cells),
        Detectors = DetectionTable.Of(Cells.Where(c => c.Cell.OnlyDetects)),
    };

    /// <summary>Damaged records, a line each.</summary>
    public IEnumerable<string> Damages =>
        Cells.SelectMany(c => c.Findings.Damages.Prepend(c.Damage)).OfType<string>().Distinct();

    /// <summary>Reads the records of <paramref name="run"/>.</summary>
    public static StudySummary Read(RunFolder run) =>
        new(run.Study, [.. run.Study.Cells.AsParallel().AsOrdered().Select(c => CellReport.Read(run, c))]);

    private static bool IsRated(CellReport report) => !report.Cell.OnlyDetects && !report.Cell.OnlyScans;
}
