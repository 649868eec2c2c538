using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Tests.Attacks;

public class TaCTTests
{
    private static readonly int[] TenClasses = [.. Enumerable.Range(0, 5000).Select(i => i % 10)];

    [Fact]
    public void Poisons_have_the_source_class_and_covers_have_theirs()
    {
        PoisonPlan plan = SampleAttacks.Make("tact", ("poison_rate", "0.05"), ("cover_rate", "0.08")).Plan(TenClasses, 3);
        Assert.Equal((250, 400), (plan.Poisoned.Count, plan.Covers.Count));
        Assert.All(plan.Poisoned, i => Assert.Equal((1, 2), (TenClasses[i], plan.LabelOf(i, TenClasses[i]))));
        Assert.Equal([5, 7], plan.Covers.Select(i => TenClasses[i]).Distinct().Order());
        Assert.All(plan.Covers, i => Assert.Equal(TenClasses[i], plan.LabelOf(i, TenClasses[i])));
    }

    [Fact]
    public void Source_and_cover_classes_are_options()
    {
        Attack attack = SampleAttacks.Make("tact", ("source_class", "9"), ("cover_classes", "[0, 3, 4]"));
        PoisonPlan plan = attack.Plan(TenClasses, 3);
        Assert.All(plan.Poisoned, i => Assert.Equal(9, TenClasses[i]));
        Assert.Equal([0, 3, 4], plan.Covers.Select(i => TenClasses[i]).Distinct().Order());
        Assert.Equal([9], Enumerable.Range(0, 10).Where(attack.CountsForAsr));
    }

    [Fact]
    public void Source_and_cover_classes_may_be_given_by_name()
    {
        var traits = new DatasetTraits("folder", TargetClass: 0) { ClassNames = ["stop", "yield", "limit 30", "7 bends"] };
        TaCT attack = Assert.IsType<TaCT>(Of(("source_class", "limit 30"), ("cover_classes", "[yield, 3]")));
        Assert.Equal((2, 0), (attack.SourceClass, attack.TargetClass));
        Assert.Equal([1, 3], attack.CoverClasses);
        Assert.Equal([3], Assert.IsType<TaCT>(Of(("cover_classes", "7 bends"))).CoverClasses);
        Assert.Equal("study.yaml:7: source_class is 'yeild', but folder has no class of that name; did you mean 'yield'?",
            Assert.Throws<InputException>(() => Of(("source_class", "yeild"))).Message);
        Assert.Equal("study.yaml:7: cover_classes is 'stopp', but folder has no class of that name; did you mean 'stop'?",
            Assert.Throws<InputException>(() => Of(("cover_classes", "yield,stopp"))).Message);
        Assert.Throws<InputException>(() => Of(("source_class", "stop")));

        Attack Of(params (string Key, string Value)[] options) => AttackCatalog.Create(
            new Choice(TaCT.Entry, options.ToDictionary(o => o.Key, o => o.Value), "study.yaml:7"), traits)!;
    }

    [Fact]
    public void Only_the_source_class_counts_for_ASR() =>
        Assert.Equal([1], Enumerable.Range(0, 10).Where(SampleAttacks.Make("tact").CountsForAsr));

    [Fact]
    public void More_poisons_than_the_source_class_holds_are_capped_with_a_warning()
    {
        PoisonPlan plan = SampleAttacks.Make("tact", ("poison_rate", "0.2")).Plan(TenClasses, 3);
        Assert.Equal(500, plan.Poisoned.Count);
        Assert.Contains("1000 samples, but only 500 are eligible", plan.Warning, StringComparison.Ordinal);
        PoisonPlan covers = SampleAttacks.Make("tact", ("cover_rate", "0.3")).Plan(TenClasses, 3);
        Assert.Equal(1000, covers.Covers.Count);
        Assert.Contains("1500 samples, but only 1000 are left", covers.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_class_that_the_dataset_lacks_is_told() =>
        Assert.Contains("source_class 43", Assert.Throws<InputException>(
            () => SampleAttacks.Make("tact", ("source_class", "43")).Plan(TenClasses, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_preview_without_a_picture_of_the_source_class_says_so()
    {
        using var pictures = new StripeImages(4);
        Attack attack = SampleAttacks.Make("tact", ("source_class", "43"));
        Assert.StartsWith("tact: no test picture counts", Assert.Throws<InputException>(
            () => AttackPreview.Of(attack, pictures, 2, 8)).Message, StringComparison.Ordinal);
    }
}
