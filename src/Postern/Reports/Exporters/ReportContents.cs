using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.Exporters;

/// <summary>What a report is made of: the page and every exporter read this and nothing else.</summary>
/// <param name="Summary">The study and its records.</param>
/// <param name="Paper">The study beside the paper; null where it names no published values.</param>
public sealed record ReportContents(StudySummary Summary, PaperComparison? Paper)
{
    /// <summary>Reads the records of <paramref name="run"/> and the values it is compared with.</summary>
    /// <exception cref="InputException">A record or the file of published values is damaged.</exception>
    public static ReportContents Read(RunFolder run)
    {
        var summary = StudySummary.Read(run);
        return new ReportContents(summary, PaperComparison.Read(summary));
    }
}
