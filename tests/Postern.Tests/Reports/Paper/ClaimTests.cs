using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports.Paper;

public sealed class ClaimTests : IDisposable
{
    private const string Loss = "loss", Ssm = "ssm-learns-the-backdoor", Drop = "patch-drop-defends", Accuracy = "accuracy-stays";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private IReadOnlyList<ClaimResult> Claims(string yaml, Func<Cell, MadeUp?> measure) =>
        PaperComparison.Of(PaperRuns.Summary(folder, yaml, measure), PaperRuns.PublishedAsSample).Claims;

    private ClaimResult Claim(string id, Func<Cell, MadeUp?> measure) =>
        Claims(PaperRuns.Yaml, measure).Single(c => c.Claim.Id == id);

    /// <summary>Results on which every comparison of the first claim holds, with a spread of one point between seeds.</summary>
    private static MadeUp AsPublished(Cell cell)
    {
        bool vim = cell.Model.Name == "vim";
        int drop = cell.Defence.Name == "none" ? 0 : 600, seed = 5 * (int)cell.Seed, acc = seed + drop / 10;
        return cell.Attack.Name switch
        {
            "none" => new MadeUp((vim ? 800 : 790) + seed, null, 1),
            "badnets" => new MadeUp((vim ? 700 : 785) + acc, (vim ? 960 : 300) + seed - (vim ? drop : 0), 0.8 + seed / 1000.0),
            _ => new MadeUp((vim ? 700 : 785) + acc, (vim ? 900 : 700) + seed - drop, 0.9 + seed / 1000.0),
        };
    }

    [Fact]
    public void A_claim_holds_where_all_its_comparisons_do()
    {
        ClaimResult claim = Claim(Ssm, AsPublished);
        Assert.Equal((Verdict.Holds, 1, "holds"), (claim.Verdict, claim.Number, claim.Text));
        ComparisonResult first = claim.Comparisons[0];
        Assert.Equal(66, first.Difference!.Value, 9);
        Assert.Equal((96.5, 30.5), (Math.Round(first.Left!.Value, 9), Math.Round(first.Right!.Value, 9)));
        Assert.Equal(99.16 - 35.30, first.Published!.Value, 9);
        Assert.Equal([new("signs, vim, badnets", 3), new("signs, [mini]*, badnets", 3)], first.Cells);
        Assert.Empty(first.Missing);
        Assert.Equal(66 - 20, claim.Comparisons[2].Difference!.Value, 9);
        Assert.Equal(
            (10, 0.5), (Math.Round(claim.Comparisons[3].Left!.Value, 9), Math.Round(claim.Comparisons[3].Right!.Value, 9)));
    }

    [Fact]
    public void A_claim_fails_where_one_comparison_does()
    {
        ClaimResult claim = Claim(Ssm,
            c => c is { Attack.Name: "blend", Model.Name: "vim" } ? new MadeUp(700, 100 + (int)c.Seed) : AsPublished(c));
        Assert.Equal(Verdict.Fails, claim.Verdict);
        Assert.Equal("fails: of 5 comparisons 4 hold, 1 fails", claim.Text);
    }

    [Fact]
    public void A_difference_within_the_spread_of_the_seeds_is_undecided()
    {
        ClaimResult claim = Claim(Ssm,
            c => c.Attack.Name == "badnets" ? AsPublished(c) with { Asr = 300 + 200 * (int)c.Seed } : AsPublished(c));
        Assert.Equal((Verdict.Undecided, Verdict.Undecided), (claim.Verdict, claim.Comparisons[0].Verdict));
    }

    [Fact]
    public void A_claim_of_which_a_part_is_not_measured_is_undecided_and_says_what_is_missing()
    {
        ClaimResult claim = Claim(Drop, c => c is { Attack.Name: "blend", Defence.Name: not "none" } ? null : AsPublished(c));
        Assert.Equal([Verdict.Holds, Verdict.NotMeasured, Verdict.Undecided], claim.Comparisons.Select(c => c.Verdict));
        Assert.Equal("undecided: of 3 comparisons 1 holds, 1 undecided, 1 not measured", claim.Text);
        Assert.Equal(["signs, vim, Blend | 5 % #1, patch-drop: not done"], claim.Comparisons[1].Missing);
        Assert.Equal([new("signs, vim, badnets, patch-drop", 3), new("signs, vim, badnets", 3)], claim.Comparisons[2].Cells);
        Assert.Null(claim.Comparisons[1].Difference);
    }

    [Fact]
    public void A_mean_that_lacks_a_cell_is_not_judged_however_clear_the_rest_is()
    {
        ComparisonResult result = Claim(Drop,
            c => c.Attack.Name == "blend" ? null
                : c.Defence.Name == "none" ? AsPublished(c) : AsPublished(c) with { Acc = 100 }).Comparisons[2];
        Assert.True(result.Difference!.High < -50);
        Assert.Equal(Verdict.Undecided, result.Verdict);
        Assert.NotEmpty(result.Missing);
    }

    [Fact]
    public void A_claim_about_cells_that_have_not_run_is_not_measured_and_one_about_other_cells_is_left_out()
    {
        IReadOnlyList<ClaimResult> claims = Claims(PaperRuns.Yaml, _ => null);
        Assert.All(claims, c => Assert.Equal((Verdict.NotMeasured, "not measured"), (c.Verdict, c.Text)));
        Assert.Equal([Ssm, Drop, Loss, "least-robust-on-imagenet", "fine-tuning-costs-little", "smaller-gap-with-ssm"],
            claims.Select(c => c.Claim.Id));
        Assert.Contains("Vim-t, Ours: not in the study", claims[2].Comparisons[2].Missing);
    }

    [Fact]
    public void Losses_are_compared_over_seeds_and_nothing_is_said_from_one()
    {
        Assert.Equal([Verdict.Holds, Verdict.Holds, Verdict.NotMeasured, Verdict.NotMeasured, Verdict.NotMeasured],
            Claim(Loss, AsPublished).Comparisons.Select(c => c.Verdict));
        ComparisonResult one = Claim(Loss, c => c.Seed == 0 ? AsPublished(c) : null).Comparisons[0];
        Assert.Equal((Verdict.Undecided, -0.2), (one.Verdict, Math.Round(one.Difference!.Value, 9)));
        Assert.Equal("unknown from one seed", PaperTables.Interval(one));
    }

    [Fact]
    public void One_seed_has_the_interval_of_its_counts()
    {
        ComparisonResult one = Claim(Ssm, c => c.Seed == 0 ? AsPublished(c) : null).Comparisons[0];
        double variance = 1e4 * (Estimate.CountVariance(new(960, 1000)) + Estimate.CountVariance(new(300, 1000)));
        Assert.Equal(variance, one.Difference!.Variance, 9);
        Assert.Equal((Verdict.Holds, 1), (one.Verdict, one.Cells[0].Seeds));
    }

    [Fact]
    public void Both_sides_average_over_the_same_models_however_many_attacks_each_has()
    {
        string yaml = PaperRuns.Yaml.Replace("paper: ImageNet-1K", "paper: CIFAR-10", StringComparison.Ordinal);
        // The model without a clean cell is left out; the other's attacks are averaged.
        ComparisonResult result = Claims(yaml,
            c => c is { Model.Name: "vim", Attack.Name: "none" } ? null : c.Model.Name == "vim" ? new MadeUp(100, 500)
                : new MadeUp(c.Attack.Name switch { "none" => 800, "badnets" => 790, _ => 800 }, 500))
            .Single(c => c.Claim.Id == Accuracy).Comparisons[0];
        Assert.Equal((79.5, 80.0, Verdict.Undecided),
            (Math.Round(result.Left!.Value, 9), Math.Round(result.Right!.Value, 9), result.Verdict));
        Assert.Equal(3, result.Cells.Count);
        Assert.Contains("SIG: not in the study", result.Missing);
        Assert.Contains("signs, vim, badnets: no counterpart is done", result.Missing);
    }

    [Fact]
    public void A_side_averages_models_alike_where_one_has_more_attacks_done_than_the_other()
    {
        string yaml = PaperRuns.Yaml.Replace("paper: ImageNet-1K", "paper: CIFAR-10", StringComparison.Ordinal);
        ComparisonResult result = Claims(yaml,
            c => c is { Model.Name: "vim", Attack.Name: "blend" } ? null : new MadeUp(c.Model.Name == "vim" ? 600 : 800, 500))
            .Single(c => c.Claim.Id == Accuracy).Comparisons[0];
        Assert.Equal((70.0, 70.0), (Math.Round(result.Left!.Value, 9), Math.Round(result.Right!.Value, 9)));
    }

    [Fact]
    public void Cells_that_share_no_seed_are_left_out_of_a_mean()
    {
        ComparisonResult result = Claim(Drop,
            c => (c.Attack.Name == "blend") == (c.Seed == 2) ? AsPublished(c) : null).Comparisons[2];
        Assert.Equal([new("signs, vim, badnets, patch-drop", 2), new("signs, vim, badnets", 2)], result.Cells);
        Assert.Contains("signs, vim, Blend | 5 % #1, patch-drop: shares no seed with the others", result.Missing);
    }

    [Fact]
    public void In_a_sweep_a_claim_without_a_setting_is_about_the_paper_s_and_one_with_a_setting_about_that()
    {
        string yaml = PaperRuns.Yaml.Replace("{name: badnets, paper: BadNets, poison_rate: 0.02}",
            "{name: badnets, label: low, paper: BadNets, poison_rate: 0.003}\n  - {name: badnets, label: high, paper: BadNets, "
                + "poison_rate: 0.02}", StringComparison.Ordinal)
            .Replace("{name: blend, paper: blend,", "{name: blend, paper: Ours,", StringComparison.Ordinal);
        IReadOnlyList<ClaimResult> claims = Claims(yaml,
            c => new MadeUp(700, c.AttackLabel == "low" ? 100 : c.Model.Name == "vim" ? 900 : 300));
        Assert.Equal([new("signs, vim, high", 3), new("signs, [mini]*, high", 3)],
            claims.Single(c => c.Claim.Id == Ssm).Comparisons[0].Cells);
        Assert.Equal([new("signs, vim, high", 3), new("signs, vim, none", 3)],
            claims.Single(c => c.Claim.Id == Loss).Comparisons[0].Cells);
        Assert.DoesNotContain("patch-trigger-at-low-rate", claims.Select(c => c.Claim.Id));
    }
}
