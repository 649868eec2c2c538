using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;

namespace Postern.Tests.Attacks;

public class PoisonBudgetTests
{
    private const int Target = 1;

    private static readonly Gen<(int[] Labels, PoisonBudget Budget, int Seed)> Cases =
        from labels in Gen.NonEmptyListOf(Gen.Choose(0, 3))
        from poison in Gen.Choose(0, 1000)
        from cover in Gen.Choose(0, 1000)
        from exclude in Gen.Elements(true, false)
        from seed in Gen.Choose(0, 1000)
        select (labels.ToArray(), new PoisonBudget(poison / 1000m, cover / 1000m) { ExcludeTarget = exclude }, seed);

    [Fact]
    public void Poisons_and_covers_are_sorted_disjoint_and_as_many_as_asked_for_or_eligible() =>
        Prop.ForAll(Cases.ToArbitrary(), c =>
        {
            PoisonPlan plan = c.Budget.UniformPlan(c.Labels, Target, c.Seed);
            int n = c.Labels.Length, eligible = c.Budget.ExcludeTarget ? c.Labels.Count(l => l != Target) : n;
            int poisons = Math.Min((int)(n * c.Budget.PoisonRate), eligible);
            return Ascending(plan.Poisoned) && Ascending(plan.Covers) && !plan.Poisoned.Intersect(plan.Covers).Any()
                && plan.Poisoned.Concat(plan.Covers).All(i => i >= 0 && i < n)
                && plan.Poisoned.Count == poisons && plan.Covers.Count == Math.Min((int)(n * c.Budget.CoverRate), n - poisons);
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Poisons_get_the_target_label_and_all_others_keep_theirs() =>
        Prop.ForAll(Cases.ToArbitrary(), c =>
        {
            PoisonPlan plan = c.Budget.UniformPlan(c.Labels, Target, c.Seed);
            return Enumerable.Range(0, c.Labels.Length).All(i =>
                plan.LabelOf(i, c.Labels[i]) == (plan.Poisoned.Contains(i) ? Target : c.Labels[i]));
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void The_paper_poisons_no_sample_of_the_target_class_and_the_toolbox_does()
    {
        int[] labels = [.. Enumerable.Range(0, 1000).Select(i => i % 10)];
        var paper = new PoisonBudget(0.5m);
        Assert.DoesNotContain(paper.UniformPlan(labels, Target, 3).Poisoned, i => labels[i] == Target);
        int overlap = (paper with { ExcludeTarget = false })
            .UniformPlan(labels, Target, 3).Poisoned.Count(i => labels[i] == Target);
        Assert.InRange(overlap, 30, 70);
    }

    [Theory]
    [InlineData(50_000, "0.01", 500)]
    [InlineData(39_209, "0.01", 392)]
    [InlineData(39_209, "0.003", 117)]
    [InlineData(39_209, "0.005", 196)]
    [InlineData(1_281_167, "0.02", 25_623)]
    [InlineData(1_281_167, "0.01", 12_811)]
    [InlineData(1_281_167, "0.003", 3_843)]
    [InlineData(50_000, "0.009", 450)]
    public void Rates_count_samples_exactly(int samples, string rate, int expected) =>
        Assert.Equal(
            expected, PoisonBudget.Count(samples, decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void A_seed_gives_one_plan_and_another_seed_another()
    {
        int[] labels = [.. Enumerable.Range(0, 500).Select(i => i % 10)];
        var budget = new PoisonBudget(0.1m, 0.1m);
        PoisonPlan first = budget.UniformPlan(labels, Target, 7), again = budget.UniformPlan(labels, Target, 7);
        Assert.Equal(first.Poisoned, again.Poisoned);
        Assert.Equal(first.Covers, again.Covers);
        Assert.NotEqual(first.Poisoned, budget.UniformPlan(labels, Target, 8).Poisoned);
    }

    [Fact]
    public void Every_eligible_sample_is_chosen_equally_often()
    {
        const int Seeds = 2000;
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 4)];
        int[] chosen = new int[labels.Length];
        for (int seed = 0; seed < Seeds; seed++)
            foreach (int index in new PoisonBudget(0.25m).UniformPlan(labels, Target, seed).Poisoned) chosen[index]++;
        double expected = Seeds * 10.0 / 30, sigma = Math.Sqrt(expected * (1 - 1.0 / 3));
        Assert.All(chosen.Index(), c => Assert.InRange(c.Item, labels[c.Index] == Target ? 0 : expected - 5 * sigma,
            labels[c.Index] == Target ? 0 : expected + 5 * sigma));
    }

    [Fact]
    public void Fewer_eligible_samples_than_asked_for_are_all_taken_and_the_plan_says_so()
    {
        PoisonPlan plan = new PoisonBudget(0.9m).UniformPlan([0, 1, 1, 1, 1, 0, 1, 1, 1, 1], Target, 1);
        Assert.Equal([0, 5], plan.Poisoned);
        Assert.Equal(9, plan.RequestedPoisons);
        Assert.Contains("9 samples, but only 2", plan.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_too_small_for_one_sample_is_told_and_no_attack_is_not()
    {
        Assert.Contains("stays clean", new PoisonBudget(0.01m).UniformPlan([0, 0, 0], Target, 1).Warning,
            StringComparison.Ordinal);
        Assert.Null(new PoisonBudget(0.4m).UniformPlan([0, 0, 0], Target, 1).Warning);
        Assert.Null(PoisonPlan.Empty.Warning);
    }

    private static bool Ascending(IReadOnlyList<int> list) => list.Zip(list.Skip(1)).All(p => p.First < p.Second);
}
