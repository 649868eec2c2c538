using System.Text.Json;
using Postern.Attacks;
using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Tests.Goldens;

/// <summary>
/// Compares the attacks with pools, covers and test triggers of their own with the toolbox, from what the manifests store.
/// </summary>
[Trait("Category", "Golden")]
public class StaticAttackGoldenTests
{
    public static TheoryData<string> Waves() => [.. GoldenFolder.Manifests(kind => kind is "sig")];

    public static TheoryData<string> SourceSpecific() => [.. GoldenFolder.Manifests(kind => kind is "tact")];

    public static TheoryData<string> Warps() => [.. GoldenFolder.Manifests(kind => kind is "wanet")];

    public static TheoryData<string> MarkQuarters() => [.. GoldenFolder.Manifests(kind => kind is "adaptive_patch")];

    public static TheoryData<string> Pieces() => [.. GoldenFolder.Manifests(kind => kind is "adaptive_blend")];

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
        if (golden.Has("pattern")) AssertNear(golden, "pattern", [.. Enumerable.Range(0, clean.Size).SelectMany(_ => wave)]);

        var attack = new Sig(new PoisonBudget(1), delta, frequency) { TargetClass = labels.Target };
        CheckTraining(golden, clean, attack, labels with { Plan = labels.Plan with { PoisonLabel = null } });
        clean.AssertNearNormalised(golden, "y_test_normalised", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
        CheckPools(attack, labels);
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
        var stored = new PatchTrigger(clean.Size, golden.Floats("trigger"), golden.Has("mask") ? golden.Floats("mask") : null);
        foreach (TriggerSource mark in new[] { new TriggerSource(_ => stored),
            GoldenTriggers.Find(parameters) }.OfType<TriggerSource>())
        {
            var attack = new TaCT(new PoisonBudget(1, 1), mark, source, covers) { TargetClass = labels.Target };
            CheckTraining(golden, clean, attack, labels);
            clean.AssertNearNormalised(golden, "y_test_normalised", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
            CheckPools(attack, labels);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Warps))]
    public void Fields_grids_and_warps_equal_the_toolbox(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var labels = GoldenLabels.Of(parameters, clean.Count);
        float strength = parameters.GetProperty("s").GetSingle(), rescale = parameters.GetProperty("grid_rescale").GetSingle();
        var field = new ControlField(parameters.GetProperty("k").GetInt32(), golden.Floats("control_points"));
        var jitter = CoverJitter.Stored([.. Planes(golden.Floats("jitter_uniform01")).Select(u => 2 * u - 1)]);
        float[] grid = WaNet.PoisonGrid(field, clean.Size, strength, rescale);
        if (golden.Has("noise_grid")) AssertNear(golden, "noise_grid", Pairs(field.Enlarged(clean.Size)));
        if (golden.Has("grid_poison")) AssertNear(golden, "grid_poison", Pairs(grid));
        if (golden.Has("grid_cover")) AssertNear(golden, "grid_cover", Pairs(WaNet.CoverGrid(grid, jitter, clean.Size)));

        var attack = new WaNet(new PoisonBudget(1), field, jitter, strength, rescale) { TargetClass = labels.Target };
        CheckTraining(golden, clean, attack, labels);
        clean.AssertNearNormalised(golden, "y_test_normalised", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));

        // From [H, W, 2] to [2, H, W] and back.
        static float[] Planes(float[] pairs) => [.. pairs.Where((_, i) => i % 2 == 0), .. pairs.Where((_, i) => i % 2 == 1)];
        static float[] Pairs(float[] planes) =>
            [.. Enumerable.Range(0, planes.Length).Select(i => planes[i % 2 * (planes.Length / 2) + i / 2])];
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(MarkQuarters))]
    public void Training_marks_by_rank_and_test_marks_of_each_dataset_equal_the_toolbox(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var labels = GoldenLabels.Of(parameters, clean.Count);
        WeightedTrigger[] train = Marks("train", parameters.GetProperty("train_alphas"));
        JsonProperty[] tests = [.. parameters.GetProperty("test").EnumerateObject()];
        Assert.NotEmpty(tests);
        foreach (JsonProperty dataset in tests)
        {
            WeightedTrigger[] test = Marks($"test_{dataset.Name}", dataset.Value.GetProperty("alphas"));
            Check(new AdaptivePatch(new PoisonBudget(1), train, test) { TargetClass = labels.Target }, dataset.Name);
            if (!GoldenFolder.IsShared || !Directory.Exists(Path.Combine(SharedMaterial.Root!, "triggers"))) continue;
            var settings = new Dictionary<string, string>
            {
                ["triggers"] = Path.Combine(SharedMaterial.Root!, "triggers"),
                ["test_marks"] = dataset.Name
            };
            var traits = new DatasetTraits("signs", labels.Target);
            Check(AttackCatalog.Create(new Choice(AdaptivePatch.Entry, settings), traits)!, dataset.Name);
        }

        WeightedTrigger[] Marks(string role, JsonElement opacities) => [.. opacities.EnumerateArray().Select((opacity, i) =>
        {
            var mark = new PatchTrigger(clean.Size, golden.Floats($"{role}_trigger_{i}"), golden.Floats($"{role}_mask_{i}"));
            return new WeightedTrigger(new TriggerSource(_ => mark), opacity.GetSingle());
        })];

        void Check(Attack attack, string dataset)
        {
            CheckTraining(golden, clean, attack, labels);
            clean.AssertNear(golden, $"y_test_{dataset}", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Pieces))]
    public void Pieces_and_opacities_of_training_and_test_equal_the_toolbox(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var labels = GoldenLabels.Of(parameters, clean.Count);
        int perSide = (int)Math.Sqrt(parameters.GetProperty("pieces").GetInt32());
        var pieces = PieceDraw.Stored(perSide,
            [.. parameters.GetProperty("removed_pieces_by_image_index").EnumerateArray()
                .Select(row => row.EnumerateArray().Select(p => p.GetInt32()).ToArray())]);
        float train = parameters.GetProperty("train_alpha").GetSingle(), test = parameters.GetProperty("test_alpha").GetSingle();
        var stored = new PatchTrigger(clean.Size, golden.Floats("trigger"));
        string? picture = GoldenFolder.IsShared ? GoldenTriggers.PathOf(parameters) : null;
        TriggerSource?[] sources = [new TriggerSource(_ => stored), picture is null ? null : TriggerSource.Whole(picture)];
        foreach (TriggerSource mark in sources.OfType<TriggerSource>())
        {
            var attack = new AdaptiveBlend(new PoisonBudget(1), mark, pieces, train, test) { TargetClass = labels.Target };
            CheckTraining(golden, clean, attack, labels);
            clean.AssertNearNormalised(golden, "y_test_normalised", (i, pixels) => attack.ApplyTest(i, pixels, clean.Size));
        }
        var masked = new AdaptiveBlend(new PoisonBudget(1),
            new TriggerSource(size => new PatchTrigger(size, Ones(3 * size * size))), pieces, 1f)
        {
            TargetClass = 0,
        };
        if (golden.Has("masks")) AssertNear(golden, "masks", [.. Enumerable.Range(0, clean.Count).SelectMany(i =>
        {
            float[] black = new float[3 * clean.Size * clean.Size];
            masked.ApplyTrain(new PlannedSample(i, true, 0), black, clean.Size);
            return black[..(clean.Size * clean.Size)];
        })]);

        static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];
    }

    private static void CheckTraining(GoldenFile golden, PictureBatch clean, Attack attack, GoldenLabels labels)
    {
        var training = new PoisonedSamples(attack, labels.Plan, Crops: false);
        labels.AssertTrained(training);
        clean.AssertNear(golden, "y", (i, pixels) =>
        {
            if (training.Changes(i)) training.ChangeStored(i, pixels, clean.Size);
        });
    }

    // The toolbox's choice lies within the pools of an attack that poisons and covers all that it may.
    private static void CheckPools(Attack attack, GoldenLabels labels)
    {
        if (labels.Before is null) return;
        PoisonPlan pools = attack.Plan(labels.Before, seed: 0);
        Assert.Subset(pools.Poisoned.ToHashSet(), labels.Plan.Poisoned.ToHashSet());
        Assert.Subset(pools.Covers.ToHashSet(), labels.Plan.Covers.ToHashSet());
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
