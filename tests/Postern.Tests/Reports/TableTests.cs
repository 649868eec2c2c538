using Postern.Evaluation;
using Postern.Reports.Exporters;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Reports.Paper;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public class TableTests
{
    [Fact]
    public void A_study_that_has_not_run_has_empty_entries()
    {
        using var folder = new TemporaryFolder();
        ResultTable table = StudySummary.Read(new RunFolder(SampleRuns.Study(folder), folder.File("runs"))).Table;
        Assert.All(table.Rows.SelectMany(r => r.Entries), entry => Assert.Equal("", entry.Text));
    }

    [Fact]
    public void Csv_quotes_what_would_break_a_line()
    {
        var table = new ResultTable("t", "", ["a,b"], [new ResultRow("say \"hi\"", "plain", "none", [ResultEntry.Of([])])]);
        Assert.Equal("\"say \"\"hi\"\"\",plain,none,\"a,b\",0,0,0,0,,,,,,,,,,,,,,,,,,,,,", CsvTable.Text(table).Split('\n')[1]);
    }

    [Fact]
    public void A_mean_weighs_seeds_alike_and_its_spread_is_the_sample_deviation()
    {
        Measure measure = Measure.Of([new SeedShare(0, new Proportion(1, 10)), new SeedShare(1, new Proportion(30, 100)),
            new SeedShare(2, new Proportion(0, 0))])!;
        Assert.Equal(0.2, measure.Mean, 12);
        Assert.Equal(Math.Sqrt(0.02), measure.Sd!.Value, 12);
        Assert.Equal((31, 110), (measure.Hits, measure.Total));
        Assert.Null(Measure.Of([new SeedShare(0, new Proportion(0, 0))]));
    }

    [Fact]
    public void A_defended_row_is_rated_against_the_undefended_one_seed_by_seed()
    {
        using var folder = new TemporaryFolder();
        ResultTable table = PaperRuns.Usual(folder).Table;
        ResultEntry Entry(string attack, string defence, int model) => table.Rows.Single(r => r.Attack == attack
            && r.Defence == defence).Entries[model];
        Assert.True(table.HasDefences);
        Assert.Equal([0.8, 0.8, 0.8], Entry("badnets", "patch-drop", 0).Der!.Seeds.Select(d => Math.Round(d, 12)));
        Assert.Equal(2, Entry("Blend | 5 % #1", "patch-drop", 0).Der!.Seeds.Count);
        Assert.Null(Entry("none", "patch-drop", 0).Der);
        Assert.Null(Entry("badnets", "none", 0).Der);
        Assert.Null(Entry("badnets", "patch-drop", 1).Der);
    }

    [Fact]
    public void A_detector_has_columns_of_its_own_and_no_row_that_repeats_the_undefended_numbers()
    {
        using var folder = new TemporaryFolder();
        Study study = SampleRuns.WideStudy(folder);
        SampleRuns.Write(study, folder.File("runs"));
        var contents = ReportContents.Read(new RunFolder(study, folder.File("runs")));
        ResultTable table = contents.Summary.Table;
        Assert.DoesNotContain("PatchDrop detects", table.Rows.Select(r => r.Defence));
        Assert.False(table.HasDefences);
        DetectionRow row = table.Detectors.Rows.Single(r => r is { Attack: "BadNets 1 %", Model: "resnet-mini" });
        Detection found = row.Cells[0].Result!.Detections[0];
        Assert.Equal(("PatchDrop detects", 2), (row.Detector, row.Auroc!.Seeds.Count));
        Assert.Equal(found.All.Auroc, row.Auroc.Seeds[0]);
        Assert.Equal((2 * found.All.TruePositives.Hits, 2 * found.FalsePositives.Total), (row.Tpr!.Hits, row.Fpr!.Total));
        string csv = ReportExporters.All.Single(e => e.File == "detections.csv").Export(contents)!;
        Assert.Equal(1 + table.Detectors.Rows.Count, csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (IExporter exporter in ReportExporters.Results.Skip(1))
            Assert.Contains(row.Auroc.ToString().Split(' ')[0], exporter.Export(contents)!, StringComparison.Ordinal);
        Assert.DoesNotContain(PaperComparison.Of(contents.Summary, PaperRuns.PublishedAsSample).Rows,
            r => r.Labels.Defence == "PatchDrop detects");
    }

    [Theory]
    [InlineData(0.9, 1.0, 0.9, 1.0, 0.5)]
    [InlineData(0.9, 1.0, 0.9, 0.0, 1.0)]
    [InlineData(0.9, 1.0, 0.5, 1.0, 0.3)]
    [InlineData(0.9, 0.4, 0.95, 0.6, 0.5)]
    public void A_rating_is_half_where_nothing_changes_and_one_where_the_attack_is_gone(double acc, double asr, double accAfter,
        double asrAfter, double expected) =>
        Assert.Equal(expected, DefenceRating.Of(acc, asr, accAfter, asrAfter), 12);
}
