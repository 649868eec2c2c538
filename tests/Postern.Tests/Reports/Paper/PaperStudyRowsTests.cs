using Postern.Cli.Commands;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Tests.Reports.Paper;

/// <summary>The paper's studies call their cells what the published values call them.</summary>
public class PaperStudyRowsTests
{
    [Theory]
    [InlineData("table1", "Table 1", 6, 6)]
    [InlineData("table2", "Table 2", 9, 9)]
    [InlineData("table3-cifar10", "Table 3 (CIFAR-10)", 48, 48)]
    [InlineData("table3-gtsrb", "Table 3 (GTSRB)", 44, 44)]
    [InlineData("table3-imagenet", "Table 3 (ImageNet-1K)", 16, 16)]
    [InlineData("table4", "Table 4", 8, 8)]
    [InlineData("figure5a", "Figure 5a", 15, 3)]
    [InlineData("figure5b", "Figure 5b", 12, 1)]
    [InlineData("figures7-9", "Figure 9", 4, 2)]
    public void Every_value_of_a_table_has_its_row_in_the_table_s_study(string file, string table, int rows, int printed)
    {
        PaperComparison comparison = Compare(file);
        Assert.Equal((rows, printed), (comparison.Rows.Count,
            comparison.Rows.Count(r => r.Acc.Printed.Concat(r.Asr.Printed).Any(p => p.Tables.Contains(table)))));
        Assert.Equal(printed, PaperRuns.Published.Values.Count(v => v.Table == table));
        Assert.All(comparison.Rows, r => Assert.Equal("", r.Remark));
    }

    [Theory]
    [InlineData("table1", new[] { 1, 10, 12, 14, 15, 16 })]
    [InlineData("table2", new[] { 2, 3, 4, 10, 13, 14, 15 })]
    [InlineData("table3-cifar10", new[] { 1, 8, 9, 10, 11, 16 })]
    [InlineData("table3-gtsrb", new[] { 1, 8, 9, 10, 11, 16 })]
    [InlineData("table3-imagenet", new[] { 1, 10, 12, 13, 14, 15, 16 })]
    [InlineData("table4", new[] { 7, 10, 13, 14, 15 })]
    [InlineData("figure5a", new[] { 5, 10, 13, 14, 15 })]
    [InlineData("figure5b", new[] { 6 })]
    [InlineData("figures7-9", new[] { 10, 13, 14, 15 })]
    public void A_study_shows_the_claims_about_its_cells(string file, int[] claims) =>
        Assert.Equal(claims, Compare(file).Claims.Select(c => c.Number));

    private static PaperComparison Compare(string file)
    {
        Study study = StudyArguments.ReadFile(Path.Combine(SharedMaterial.RepositoryRoot, "studies", "paper", $"{file}.yaml"), [],
            planOnly: true);
        return PaperComparison.Read(new StudySummary(study,
            [.. study.Cells.Select(c => new CellReport(c, new CellState(CellPhase.NotStarted, 0, 1), null, null, [], null))]))!;
    }
}
