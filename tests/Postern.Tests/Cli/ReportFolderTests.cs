using Postern.Cli;
using Postern.Tests.Reports;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

public sealed class ReportFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static (int Code, string Errors) Report(string path)
    {
        using var errors = new StringWriter();
        return (Program.Run(["report", path], errors), errors.ToString());
    }

    [Fact]
    public void A_folder_of_results_stands_for_the_study_that_its_run_left_there()
    {
        string runs = folder.File("runs"), results = Path.Combine(runs, "sample");
        SampleRuns.Write(SampleRuns.Study(folder), runs);
        File.Copy(folder.File("sample.yaml"), Path.Combine(results, "study.yaml"), overwrite: true);
        Assert.Equal((0, ""), Report(results));
        Assert.True(File.Exists(Path.Combine(results, "report", "index.html")));
        Assert.Equal((0, ""), Report(results + Path.DirectorySeparatorChar));
    }

    [Fact]
    public void A_folder_without_a_study_says_what_to_name_instead()
    {
        Directory.CreateDirectory(folder.File("runs/older"));
        (int code, string errors) = Report(folder.File("runs/older"));
        Assert.Equal(2, code);
        Assert.Contains("has no study.yaml, which a run leaves there; name the study file", errors, StringComparison.Ordinal);
    }
}
