using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Tests.Attacks;

/// <summary>Attacks made as a study makes them.</summary>
internal static class SampleAttacks
{
    public const int DatasetTarget = 2;

    public static Attack Make(string name, params (string Option, string Value)[] options) => MakeFor("signs", name, options);

    /// <summary>An attack on a dataset of that name.</summary>
    public static Attack MakeFor(string dataset, string name, params (string Option, string Value)[] options) =>
        AttackCatalog.Create(
            new Choice(AttackCatalog.All.Find(name)!, options.ToDictionary(o => o.Option, o => o.Value), "study.yaml:7"),
            new DatasetTraits(dataset, DatasetTarget))!;

    /// <summary>The names of all attacks that plant something.</summary>
    public static TheoryData<string> Names() => NamesOf(_ => true);

    /// <summary>
    /// Those that plant without being prepared; a learned one is tested with what it learned in a class of its own.
    /// </summary>
    public static TheoryData<string> Ready() => NamesOf(a => !a.Learned);

    /// <summary>Those whose poisons keep their label.</summary>
    public static TheoryData<string> CleanLabel() => NamesOf(a => a.CleanLabel);

    /// <summary>Those whose poisons come from all classes, the target class spared or not.</summary>
    public static TheoryData<string> WithExclusion() => NamesOf(a => a.Options.Any(o => o.Name == "exclude_target"));

    private static TheoryData<string> NamesOf(Func<AttackEntry, bool> selected) =>
        [.. AttackCatalog.All.Where(a => a.Plants && selected(a)).Select(a => a.Name)];

    /// <summary>
    /// A plan over 500 pictures of five classes has so many poisons, of the target's label and of no picture of its class.
    /// </summary>
    public static void AssertPoisonsSpareTheTarget(Attack attack, int poisons)
    {
        int[] labels = [.. Enumerable.Range(0, 500).Select(i => i % 5)];
        PoisonPlan plan = attack.Plan(labels, seed: 3);
        Assert.Equal(poisons, plan.Poisoned.Count);
        Assert.Equal(DatasetTarget, plan.PoisonLabel);
        Assert.DoesNotContain(plan.Poisoned, i => labels[i] == DatasetTarget);
    }
}
