using System.Text.Json;
using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Goldens;

/// <summary>Compares the label-consistent attack with the toolbox, on stored stand-ins for its adversarial pictures.</summary>
[Trait("Category", "Golden")]
public class CleanLabelGoldenTests
{
    public static TheoryData<string> Manifests() => [.. GoldenFolder.Manifests(kind => kind is "clb")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void Replaced_pictures_blocks_and_kept_labels_equal_the_toolbox(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        GoldenLabels labels = GoldenLabels.Of(parameters, clean.Count);
        labels = labels with { Plan = labels.Plan with { PoisonLabel = null } };
        float[] stored = golden.Floats("adv");
        byte[] adversarial = Array.ConvertAll(stored, v => (byte)MathF.Round(v * 255f));
        Assert.All(stored.Zip(adversarial), p => Assert.Equal(p.Second / 255f, p.First, 1e-6f));
        var images = new AdversarialImages(clean.Size, [.. Enumerable.Range(0, clean.Count)], adversarial);
        var mark = new PatchTrigger(clean.Size, golden.Floats("trigger"), golden.Floats("mask"));
        foreach (TriggerSource source in new[] { new TriggerSource(_ => mark),
            GoldenTriggers.Find(parameters) }.OfType<TriggerSource>())
        {
            var attack = new Clb(new PoisonBudget(1), source) { TargetClass = labels.Target, Images = images };
            var training = new PoisonedSamples(attack, labels.Plan, Crops: false);
            labels.AssertTrained(training);
            clean.AssertNear(golden, "y", (i, pixels) =>
            {
                if (training.Changes(i)) training.ChangeStored(i, pixels, clean.Size);
            });
            clean.AssertNearNormalised(golden, "y_test_normalised", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
            if (labels.Before is not null)
                Assert.Subset(attack.Plan(labels.Before, seed: 0).Poisoned.ToHashSet(), labels.Plan.Poisoned.ToHashSet());
        }
    }
}
