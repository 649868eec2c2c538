using Postern.Configuration;
using Postern.Probes;
using Postern.Reports.Tables;

namespace Postern.Reports.Paper;

/// <summary>What a mean of a comparison is of.</summary>
/// <param name="Measure">The measure.</param>
/// <param name="Probe">The probe that found it; null for another measure.</param>
/// <param name="Number">The number that it found; null for another measure.</param>
internal sealed record Measured(ComparedMeasure Measure, string? Probe, string? Number)
{
    /// <summary>What the probe found of a cell; null where it has not looked.</summary>
    public ProbeFinding? FindingOf(CellReport report) =>
        report.Findings.Records.FirstOrDefault(r => r.Probe == Probe)?.Finding;

    /// <summary>Why cells have none of it, in words that follow their names.</summary>
    public string Absence(IReadOnlyList<CellReport> reports)
    {
        if (Measure != ComparedMeasure.Probe || reports.All(r => r.Result is null)) return "not done";
        if (reports.Select(FindingOf).OfType<ProbeFinding>().FirstOrDefault() is not ProbeFinding found)
            return $"{Probe} has not looked";
        return found[Number!] is null
            ? $"{Probe} has no number '{Number}'{NearestName.Hint(Number!, found.Numbers.Select(n => n.Name))}"
            : $"{Probe} could not tell {Number}";
    }
}
