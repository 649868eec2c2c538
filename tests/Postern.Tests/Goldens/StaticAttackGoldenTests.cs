using System.Text.Json;
using Postern.Attacks;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Goldens;

/// <summary>Compares the attacks with pools, covers and test triggers of their own with the toolbox, from what the manifests store.</summary>
[Trait("Category", "Golden")]
public class StaticAttackGoldenTests
{
    public static TheoryData<string> Waves() => [.. GoldenFolder.Manifests(kind => kind is "sig")];

    public static TheoryData<string> SourceSpecific() => [.. GoldenFolder.Manifests(kind => kind is "tact")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Waves))]
    public void Waves_and_kept_labels_equal_the_toolbox(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var labels = GoldenLabels.Of(parameters, clean.Count);
        double delta = parameters.GetProperty("delta").GetDouble();
        int frequency = parameters.GetProperty("f").GetInt32();
        float[] wave = Sig.Wave(clean.Size, delta, frequency);
        AssertNear(golden, "pattern", [.. Enumerable.Range(0, clean.Size).SelectMany(_ => wave)]);

        var budget = new PoisonBudget(parameters.GetProperty("poison_rate").GetDecimal());
        var attack = new Sig(budget, delta, frequency) { TargetClass = labels.Target };
        CheckTraining(golden, clean, attack, labels with { Plan = labels.Plan with { PoisonLabel = null } });
        clean.AssertNearNormalised(golden, "y_test_normalised", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
        PoisonPlan own = attack.Plan(labels.Before!, seed: 0);
        Assert.Equal(labels.Plan.Poisoned.Count, own.Poisoned.Count);
        Assert.All(own.Poisoned, i => Assert.Equal(labels.Target, labels.Before![i]));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SourceSpecific))]
    public void Marks_on_source_and_cover_classes_equal_the_toolbox(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var labels = GoldenLabels.Of(parameters, clean.Count);
        int source = parameters.GetProperty("source_class").GetInt32();
        int[] covers = [.. parameters.GetProperty("cover_classes").EnumerateArray().Select(c => c.GetInt32())];
        var stored = new Mark(clean.Size, golden.Floats("trigger"), golden.Floats("mask"));
        foreach (MarkSource mark in new[] { new MarkSource(_ => stored), GoldenTriggers.Find(parameters) }.OfType<MarkSource>())
        {
            var attack = new TaCT(new PoisonBudget(1, 1), mark, source, covers) { TargetClass = labels.Target };
            CheckTraining(golden, clean, attack, labels);
            clean.AssertNearNormalised(golden, "y_test_normalised", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
            PoisonPlan all = attack.Plan(labels.Before!, seed: 0);
            Assert.Equal(labels.Plan.Poisoned, all.Poisoned);
            Assert.Equal(labels.Plan.Covers, all.Covers);
        }
    }

    private static void CheckTraining(GoldenFile golden, PictureBatch clean, Attack attack, GoldenLabels labels)
    {
        var training = new PoisonedSamples(attack, labels.Plan, Crops: false);
        labels.AssertTrained(training);
        clean.AssertNear(golden, "y", (i, pixels) =>
        {
            if (training.Edits(i)) training.EditStored(i, pixels, clean.Size);
        });
    }

    private static void AssertNear(GoldenFile golden, string tensor, float[] found)
    {
        float[] expected = golden.Floats(tensor);
        Assert.Equal(expected.Length, found.Length);
        double tolerance = golden.Manifest.GetProperty("absolute_tolerance").GetDouble();
        double worst = expected.Zip(found, (a, b) => float.IsNaN(b) ? double.PositiveInfinity : Math.Abs((double)a - b)).Max();
        Assert.True(worst <= tolerance, $"{golden.Name}: {tensor} differs by {worst:g3}, allowed is {tolerance:g3}");
    }
}
