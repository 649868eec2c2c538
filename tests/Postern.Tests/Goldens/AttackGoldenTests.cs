using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Attacks;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Goldens;

/// <summary>Compares triggers, test transforms and labels with the benchmark's reference outputs.</summary>
[Trait("Category", "Golden")]
public partial class AttackGoldenTests
{
    public static TheoryData<string> Marks() => [.. GoldenFolder.Manifests(kind => kind is "badnets" or "blend")];

    public static TheoryData<string> Lattices() => [.. GoldenFolder.Manifests(kind => kind is "ours")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Marks))]
    public void Planted_marks_and_labels_equal_the_toolbox(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var stored = new PatchTrigger(clean.Size, golden.Floats("trigger"), golden.Has("mask") ? golden.Floats("mask") : null);
        CheckMark(golden, new TriggerSource(_ => stored));
        if (GoldenTriggers.Find(parameters) is TriggerSource fromFile) CheckMark(golden, fromFile);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Lattices))]
    public void Per_patch_pixels_equal_the_readings_of_the_specification(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        int period = parameters.GetProperty("period").GetInt32(), phase = parameters.GetProperty("phase").GetInt32();
        Assert.Equal(parameters.GetProperty("gap").GetInt32() + 1, period);
        var lattice = new PixelLattice(period, phase, phase);
        if (golden.Has("lattice"))
        {
            Assert.Equal(golden.Floats("lattice"),
                Enumerable.Range(0, clean.Size * clean.Size)
                    .Select(i => lattice.Selects(i / clean.Size, i % clean.Size) ? 1f : 0f));
        }
        string[] outputs = [.. golden.TensorNames.Where(n => n.StartsWith('y'))];
        Assert.NotEmpty(outputs);
        foreach (string output in outputs)
        {
            Match name = LatticeOutput().Match(output);
            Assert.True(name.Success, $"{golden.Name}: the meaning of tensor {output} is not known");
            PixelLattice layout = name.Groups["patch"].Success
                ? new PixelLattice(Number(name, "patch"), phase, phase)
                : lattice with { Sheared = name.Groups["layout"].Value == "checkerboard" };
            PixelMode mode = Enum.Parse<PixelMode>(name.Groups["mode"].Value, ignoreCase: true);
            var attack = new PatchPixel(new PoisonBudget(1), layout, mode, Number(name, "intensity")) { TargetClass = 0 };
            clean.AssertNear(golden, output, (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
            clean.AssertNear(golden, output,
                (i, pixels) => attack.ApplyTrain(new PlannedSample(i, false, i), pixels, clean.Size));
        }

        static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    private static void CheckMark(GoldenFile golden, TriggerSource mark)
    {
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var labels = GoldenLabels.Of(parameters, clean.Count);
        float alpha = parameters.GetProperty("alpha").GetSingle();
        var budget = new PoisonBudget(1);
        Attack attack = GoldenFolder.KindOf(golden.Manifest) == "badnets"
            ? new BadNets(budget, mark, alpha) { TargetClass = labels.Target }
            : new Blend(budget, mark, alpha) { TargetClass = labels.Target };
        var training = new PoisonedSamples(attack, labels.Plan, Crops: false);

        labels.AssertTrained(training);
        clean.AssertNear(golden, "y", (i, pixels) =>
        {
            if (training.Changes(i)) training.ChangeStored(i, pixels, clean.Size);
        });
        clean.AssertNearNormalised(golden, "y_test_normalised", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
    }

    [GeneratedRegex(
        "^y_(?:(?<layout>lattice|checkerboard)|one_per_patch(?<patch>[0-9]+))_(?<mode>add|set|blend)_(?<intensity>[0-9]+)$")]
    private static partial Regex LatticeOutput();
}
