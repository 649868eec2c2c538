using Postern.Reports.Exporters;
using Postern.Reports.Page;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public class PathDifferenceTests
{
    [Fact]
    public void Cells_that_were_computed_in_different_ways_are_told_in_every_table_and_those_that_were_not_are_not()
    {
        using var folder = new TemporaryFolder();
        Study study = SampleRuns.Study(folder);
        SampleRuns.Write(study, folder.Path);
        Assert.Empty(StudySummary.Read(new RunFolder(study, folder.Path)).Table.Notes);

        CellReport[] done = [.. StudySummary.Read(new RunFolder(study, folder.Path)).Cells.Where(c => c.Result is not null)];
        foreach (CellReport cell in done) Write(cell, cell == done[0] ? "avx2" : "avx512");
        StudySummary summary = StudySummary.Read(new RunFolder(study, folder.Path));
        string note = Assert.Single(summary.Table.Notes);
        Assert.Contains($"scan by avx512 in {done.Length - 1} cells, by avx2 in 1 cell ({done[0].Cell.Id})", note,
            StringComparison.Ordinal);
        Assert.Contains(note, new MarkdownTable().Export(new ReportContents(summary, null)), StringComparison.Ordinal);
        Assert.Contains("scan by avx512", new LatexTable().Export(new ReportContents(summary, null)), StringComparison.Ordinal);
        Assert.Contains("scan by avx512", File.ReadAllText(HtmlReport.Write(new RunFolder(study, folder.Path))),
            StringComparison.Ordinal);

        void Write(CellReport cell, string scan) => new RunFolder(study, folder.Path).Of(cell.Cell).WriteDescription(
            cell.Description! with { Paths = new Dictionary<string, string> { ["convolution"] = "onednn", ["scan"] = scan } });
    }
}
