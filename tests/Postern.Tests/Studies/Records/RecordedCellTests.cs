using Postern.Cli;
using Postern.Reports.Page;
using Postern.Studies;
using Postern.Tests.Reports;

namespace Postern.Tests.Studies.Records;

[Trait("Category", "Fault")]
public sealed class RecordedCellTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunFolder run;

    public RecordedCellTests()
    {
        Study study = SampleRuns.Study(folder);
        run = new RunFolder(study, folder.File("runs"));
        SampleRuns.Write(study, run.Output);
    }

    public void Dispose() => folder.Dispose();

    private static void Damage(string record) =>
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"seed\": ", "\"seed\": 1", StringComparison.Ordinal));

    [Theory]
    [InlineData("result.json")]
    [InlineData("cell.json")]
    public void One_damaged_record_is_named_and_hides_no_other(string record)
    {
        string[] folders = [.. RecordedCell.At(run.Output, []).Select(c => c.Folder)];
        string damaged = Path.Combine(folders[2], record);
        Damage(damaged);
        var damages = new List<string>();
        Assert.Equal(folders.Where((_, i) => i != 2), RecordedCell.At(run.Output, damages).Select(c => c.Folder));
        Assert.StartsWith($"{damaged}: is damaged", Assert.Single(damages), StringComparison.Ordinal);

        using var errors = new StringWriter();
        string table = folder.File("cells.csv");
        Assert.Equal(1, Program.Run(["results", run.Output, "--out", table], errors));
        Assert.Equal($"error: {damages[0]}", errors.ToString().Trim());
        Assert.Equal(folders.Length, File.ReadLines(table).Count());
    }

    [Fact]
    public void An_index_counts_what_is_damaged_and_shows_the_other_studies()
    {
        Study other = StudyFile.Read(
            folder.File("other.yaml", SampleRuns.Yaml.Replace("sample", "other", StringComparison.Ordinal)),
            SampleCatalogs.All, []);
        SampleRuns.Write(other, run.Output);
        Damage(run.Of(run.Study.Cells[0]).ResultPath);
        var damages = new List<string>();
        string page = File.ReadAllText(StudiesIndex.Write(run.Output, damages)!);
        Assert.Single(damages);
        Assert.Contains(">1 damaged<", page, StringComparison.Ordinal);
        Assert.Contains("other", page, StringComparison.Ordinal);
        using var errors = new StringWriter();
        Assert.Equal(1, Program.Run(["report", run.Output], errors));
    }
}
