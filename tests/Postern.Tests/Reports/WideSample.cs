using Postern.Reports.Page;
using Postern.Studies;
using Postern.Tests.Studies;

[assembly: AssemblyFixture(typeof(Postern.Tests.Reports.WideSample))]

namespace Postern.Tests.Reports;

/// <summary>
/// The wide sample study with its records and its report, written once for all tests that only read them, when the first asks.
/// </summary>
public sealed class WideSample : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Lazy<Study> study;

    public WideSample() => study = new Lazy<Study>(() =>
    {
        Study wide = SampleRuns.WideStudy(folder);
        SampleRuns.Write(wide, RunsRoot);
        HtmlReport.Write(new RunFolder(wide, RunsRoot));
        return wide;
    });

    public Study Study => study.Value;

    public string RunsRoot => folder.File("runs");

    /// <summary>The report's folder.</summary>
    public string Report => new RunFolder(Study, RunsRoot).Report;

    /// <summary>The report's page.</summary>
    public string Page => File.ReadAllText(Path.Combine(Report, "index.html"));

    public void Dispose() => folder.Dispose();
}
