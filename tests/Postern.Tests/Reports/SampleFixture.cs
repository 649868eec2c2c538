using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

/// <summary>The sample study with its records, written once for a class of tests that only read them.</summary>
public sealed class SampleFixture : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SampleFixture()
    {
        Study = SampleRuns.Study(folder);
        SampleRuns.Write(Study, RunsRoot);
    }

    public Study Study { get; }

    public string RunsRoot => folder.File("runs");

    public void Dispose() => folder.Dispose();
}
