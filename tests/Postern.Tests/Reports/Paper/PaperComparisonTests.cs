using Postern.Cli.Commands;
using Postern.Reports.Exporters;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports.Paper;

public sealed class PaperComparisonTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_row_has_every_table_that_prints_it_and_its_difference()
    {
        PaperRow row = PaperComparison.Of(PaperRuns.Usual(folder),
            PaperRuns.PublishedAsSample).Rows.First(r => r.Paper is { Attack: "BadNets", Model: "Vim-t" });
        Assert.Equal(["75.06 (Table 1, Table 2, Table 3 (ImageNet-1K), Table 4)"], row.Acc.Printed.Select(p => p.ToString()));
        Assert.Equal(["99.16 (Table 1, Table 2, Table 3 (ImageNet-1K), Table 4)", "above 99 (Figure 9)"],
            row.Asr.Printed.Select(p => p.ToString()));
        Assert.Equal(98.9 - 99.16, row.Asr.Difference!.Value, 9);
        Assert.Equal("", row.Remark);
    }

    [Fact]
    public void A_row_that_is_set_otherwise_than_the_paper_s_says_so_and_has_no_difference()
    {
        PaperRow row = PaperComparison.Of(PaperRuns.Usual(folder), PaperRuns.PublishedAsSample).Rows
            .First(r => r.Paper.Attack == "blend");
        Assert.Equal("not the paper's setting: poison_rate 0.05, the paper's 0.01", row.Remark);
        Assert.Equal((86.41m, null), (row.Asr.Exact, row.Asr.Difference));
    }

    [Fact]
    public void A_table_of_the_paper_says_nothing_about_another_dataset_and_no_claim_goes_without_the_reason()
    {
        PaperComparison comparison = PaperComparison.Of(PaperRuns.Usual(folder), PaperRuns.Published);
        Assert.All(comparison.Rows, r => Assert.Empty(r.Acc.Printed.Concat(r.Asr.Printed)));
        Assert.All(comparison.Rows,
            r => Assert.StartsWith("not the paper's setting: dataset signs for ImageNet-1K", r.Remark, StringComparison.Ordinal));
        Assert.All(comparison.Claims.Where(c => c.Verdict != Verdict.NotMeasured),
            c => Assert.Contains("dataset signs for ImageNet-1K", c.Remark, StringComparison.Ordinal));
        Assert.Empty(comparison.Averages);
    }

    [Fact]
    public void A_smaller_model_fewer_pictures_and_a_shorter_training_are_not_the_paper_s()
    {
        Study study = StudyArguments.ReadFile(Path.Combine(SharedMaterial.RepositoryRoot, "studies", "paper-mini", "table3.yaml"),
            [], planOnly: true);
        PaperComparison comparison = PaperComparison.Of(new StudySummary(study,
            [.. study.Cells.Select(c => new CellReport(c, new CellState(CellPhase.NotStarted, 0, 1), null, null, [], null))]),
            PaperRuns.Published);
        PaperRow row = comparison.Rows.First(r => r.Paper is { Model: "Vim-t", Attack: "BadNets" });
        Assert.Equal(["training pictures 8,000, the paper's 39,209", "model vim-mini for Vim-t",
            "poison_rate 0.05, the paper's 0.01", "epochs 12, the paper's 300"], row.Settings);
        Assert.NotNull(row.Asr.Exact);
    }

    [Fact]
    public void Cells_that_have_not_run_have_a_row_without_numbers()
    {
        PaperComparison comparison = PaperComparison.Of(PaperRuns.Summary(folder, PaperRuns.Yaml, _ => null),
            PaperRuns.PublishedAsSample);
        Assert.Equal(3 * 2 * 2, comparison.Rows.Count);
        Assert.All(comparison.Rows, r => Assert.Equal((null, null, null), (r.Acc.Measured, r.Asr.Measured, r.Asr.Difference)));
        Assert.Empty(comparison.Averages);
    }

    [Fact]
    public void In_a_sweep_a_table_s_value_stands_beside_the_cell_that_it_is_about()
    {
        string yaml = PaperRuns.Yaml.Replace("{name: none, paper: None}",
            "{name: badnets, label: low, paper: BadNets, poison_rate: 0.003}\n  - {name: badnets, label: middle, paper: "
                + "BadNets, poison_rate: 0.01}",
            StringComparison.Ordinal).Replace("{name: badnets, paper", "{name: badnets, label: high, paper",
            StringComparison.Ordinal);
        PaperComparison comparison = PaperComparison.Of(PaperRuns.Summary(folder, yaml, _ => new MadeUp(700, 500)),
            PaperRuns.PublishedAsSample);
        Assert.Equal([("low", 40.22m), ("middle", null), ("high", 99.16m)], comparison.Rows
            .Where(r => r.Paper is { Attack: "BadNets", Model: "Vim-t", Defence: "none" })
                .Select(r => (r.Labels.Attack, r.Asr.Exact)));
    }

    [Fact]
    public void Averages_are_over_the_attacked_rows_that_are_measured()
    {
        PaperAverage[] averages = [.. PaperComparison.Of(PaperRuns.Usual(folder), PaperRuns.PublishedAsSample).Averages];
        Assert.Equal(["vim", "[mini]*"], averages.Select(a => a.Model));
        Assert.Equal((2, 3), (averages[0].Rows, averages[0].Of));
        Assert.Equal((98.9 + 80.45) / 2, averages[0].Asr, 9);
        Assert.Equal(94.48m, averages[0].Printed.Asr.Percent);
    }

    [Fact]
    public void A_study_that_names_no_file_is_compared_with_nothing()
    {
        StudySummary summary = PaperRuns.Usual(folder);
        Assert.Null(PaperComparison.Read(summary));
        Assert.NotNull(PaperComparison.Read(summary with { Study = summary.Study with { Published = PaperRuns.PublishedPath } }));
    }

    [Fact]
    public void Every_format_is_written()
    {
        StudySummary summary = PaperRuns.Usual(folder);
        ReportExporters.Write(new ReportContents(summary, PaperComparison.Of(summary, PaperRuns.PublishedAsSample)),
            folder.File("report"));
        Assert.Equal(
            ["averages.csv", "claims.csv", "paper.csv", "paper.md", "paper.tex", "results.csv", "results.md", "results.tex"],
            Directory.EnumerateFiles(folder.File("report")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
