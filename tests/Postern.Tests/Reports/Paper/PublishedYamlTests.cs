using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Tests.Reports.Paper;

/// <summary>The file of published values that comes with Postern.</summary>
public class PublishedYamlTests
{
    private static readonly PublishedValues Published = PaperRuns.Published;

    [Theory]
    [InlineData("Table 1", 2 * 3, 2 * 2)]
    [InlineData("Table 2", 3 * 3, 3 * 3)]
    [InlineData("Table 3 (CIFAR-10)", 12 * 4, 11 * 4)]
    [InlineData("Table 3 (GTSRB)", 11 * 4, 10 * 4)]
    [InlineData("Table 3 (ImageNet-1K)", 4 * 4, 3 * 4)]
    [InlineData("Table 4", 2 * 4, 2 * 3)]
    [InlineData("Figure 5a", 0, 3)]
    [InlineData("Figure 5b", 0, 1)]
    [InlineData("Figure 9", 0, 2)]
    public void Every_number_of_a_table_is_there(string table, int accs, int asrs)
    {
        PublishedValue[] values = [.. Published.Values.Where(v => v.Table == table)];
        Assert.Equal((accs, asrs), (values.Count(v => v.Acc is not null), values.Count(v => v.Asr is not null)));
        Assert.All(values, v => Assert.Equal(v.Names.Attack == "None", v.Asr is null));
    }

    [Fact]
    public void The_numbers_are_those_of_the_written_tables()
    {
        string page = File.ReadAllText(Path.Combine(SharedMaterial.RepositoryRoot, "docs", "reference", "paper.md"));
        string[] rows = [.. page.Split('\n').Where(l => l.StartsWith('|'))];
        foreach (IGrouping<(string Table, string Dataset, string Attack), PublishedValue> row in Published.Values
                     .Where(v => v.Table.StartsWith("Table 3", StringComparison.Ordinal))
                     .GroupBy(v => (v.Table, v.Names.Dataset, v.Names.Attack)))
        {
            string line = Assert.Single(rows,
                r => r.StartsWith($"| {row.Key.Dataset} | {row.Key.Attack} |", StringComparison.Ordinal));
            IEnumerable<string> cells = row
                .Select(v => $"{v.Acc} / {(v.Asr is null ? "-" : v.Asr.Percent == 100 ? "100" : v.Asr.ToString())}");
            Assert.Equal($"| {row.Key.Dataset} | {row.Key.Attack} | {string.Join(" | ", cells)} |", line.TrimEnd());
        }
    }

    [Fact]
    public void Tables_that_print_the_same_cell_print_the_same_number() =>
        Assert.All(Published.Values.Where(v => v.Acc is not null).GroupBy(v => (v.Names, v.Condition)), g =>
        {
            Assert.Single(g.Select(v => v.Acc).Distinct());
            Assert.Single(g.Select(v => v.Asr).Distinct());
        });

    [Fact]
    public void Three_printed_averages_are_rounded_down_from_the_mean_of_their_rows_and_all_others_are_that_mean()
    {
        Assert.Equal(12, Published.Averages.Count);
        Assert.All(Published.Averages, a => Assert.InRange(a.RowsAcc - a.Acc.Percent, -0.005m, 0.005m));
        Assert.Equal(
            [("ResNet18", 91.22m), ("Vim-t", 94.48m), ("MambaOut-t", 68.98m)],
            Published.Averages.Where(a => Math.Abs(a.RowsAsr - a.Asr.Percent) > 0.005m).Select(a => (a.Model, a.Asr.Percent)));
        Assert.All(Published.Averages, a => Assert.InRange(a.RowsAsr - a.Asr.Percent, -0.005m, 0.00667m));
    }

    [Fact]
    public void Settings_are_those_of_tables_5_and_6()
    {
        Assert.Equal([("CIFAR-10", 10, 50_000, 10_000), ("GTSRB", 43, 39_209, 12_630), ("ImageNet-1K", 1000, 1_281_167, 100_000)],
            Published.Datasets.Select(d => (d.Name, d.Classes, d.Train, d.Test)));
        Assert.Equal(2 * 10 + 3, Published.Settings.Count);
        Assert.Equal(0.003m, Published.Setting("GTSRB", "Adv-Blend")!.Condition.PoisonRate);
        Assert.Equal(0.05m, Published.Setting("CIFAR-10", "WaNet")!.Condition.PoisonRate);
        Assert.Null(Published.Setting("CIFAR-10", "CLB"));
        Assert.Equal([7_000_000L, 26_000_000L], Published.Models.Select(m => m.Parameters));
    }

    [Fact]
    public void There_are_sixteen_claims_and_a_trade_off_and_the_paper_s_own_numbers_speak_against_these_only()
    {
        Assert.Equal(17, Published.Claims.Count);
        (string Claim, Comparison Comparison, double? Difference)[] own =
            [.. Published.Claims.SelectMany(
                c => c.Comparisons.Select(x => (c.Id, x, PublishedDifference.Of(x, Published, DatasetsOf(c)))))];
        string[] against =
        [
            .. own.Where(o => o.Difference is double d && ComparisonResult.Judge(
                o.Comparison.Relation, (double)o.Comparison.Margin, new Estimate(d, 0, 1)) != Verdict.Holds)
                .Select(o => FormattableString.Invariant($"{o.Claim}: {o.Difference:0.00}")),
        ];
        Assert.Equal(
            [
                "least-robust-on-imagenet: -1.23", "fine-tuning-costs-little: 1.23", "fine-tuning-costs-little: 0.68",
                "smaller-gap-with-ssm: 4.61",
            ], against);
        Assert.Equal(["least-robust-on-imagenet", "fine-tuning-costs-little", "smaller-gap-with-ssm"],
            Published.Claims.Where(c => c.Remark.Length > 0).Select(c => c.Id));
        Assert.Equal(["intensity", "loss", "low-rate-spares-the-patch-trigger", "robustness-trade-off"],
            own.Where(o => o.Difference is null).Select(o => o.Claim).Distinct());
    }

    [Fact]
    public void Only_dynamic_counts_as_input_aware()
    {
        Claim kinds = Published.Claims.Single(c => c.Id == "kinds-of-attack");
        CellSelector[] most = [.. kinds.Comparisons.Where(c => c.Relation == Relation.Greater).Select(c => c.Left.Plus!)];
        Assert.Equal(2, most.Length);
        Assert.All(most, s => Assert.Equal(["Blend", "Adv-Blend", "Dynamic"], s.Attacks));
        Assert.All(kinds.Comparisons.Where(c => c.Relation == Relation.Greater),
            c => Assert.Contains("ISSBA", c.Right.Plus!.Attacks));
    }

    [Fact]
    public void A_printed_difference_pairs_the_rows()
    {
        double Of(string id, int comparison)
        {
            Claim claim = Published.Claims.Single(c => c.Id == id);
            return PublishedDifference.Of(claim.Comparisons[comparison], Published, DatasetsOf(claim))!.Value;
        }

        Assert.Equal(99.16 - 35.30, Of("ssm-learns-the-backdoor", 0), 9);
        Assert.Equal(99.16 - 35.30 - (86.41 - 73.34), Of("ssm-learns-the-backdoor", 2), 9);
        Assert.Equal((75.06 - 66.25 + (76.43 - 66.41) + (77.11 - 65.93)) / 3 - 10, Of("patch-shuffle-costs-accuracy", 4), 9);
        Assert.Equal(94.06 - 90, Of("patch-trigger-survives", 0), 9);
        Assert.Equal(88.14 - 40.22, Of("patch-trigger-at-low-rate", 0), 9);
        Assert.Equal(91.5091 - 62.3364, Of("order-of-models", 0), 4);
    }

    [Fact]
    public void A_value_with_a_condition_goes_before_one_without_and_a_sweep_needs_the_paper_s_setting()
    {
        var names = new CellNames("imagenet-1k", "vim-t", "badnets", "none");
        string[] Of(decimal rate, bool exact) => [.. Published.Of(names, new AttackCondition(rate, null), exact)
            .Select(v => $"{v.Table}: {v.Asr}")];
        string[] unconditioned = ["Table 1: 99.16", "Table 2: 99.16", "Table 3 (ImageNet-1K): 99.16", "Table 4: 99.16",
            "Figure 9: above 99"];
        Assert.Equal(["Figure 5a: 40.22"], Of(0.003m, exact: true));
        Assert.Equal(unconditioned, Of(0.020m, exact: true));
        Assert.Equal(unconditioned, Of(0.05m, exact: false));
        Assert.Empty(Of(0.05m, exact: true));
    }

    /// <summary>The datasets of the table that a claim is about; where it is about none, ImageNet-1K.</summary>
    private static string[] DatasetsOf(Claim claim) =>
        [.. Published.Values.Where(v => v.Table.StartsWith(claim.Table, StringComparison.Ordinal))
            .Select(v => v.Names.Dataset).DefaultIfEmpty("ImageNet-1K").Distinct()];
}
