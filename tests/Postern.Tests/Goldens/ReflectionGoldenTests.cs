using System.Text.Json;
using Postern.Attacks;
using Postern.Attacks.Triggers;
using Postern.Imaging;

namespace Postern.Tests.Goldens;

/// <summary>Compares Refool with the toolbox's own functions, from the draws and reflections that the manifest stores.</summary>
[Trait("Category", "Golden")]
public class ReflectionGoldenTests
{
    public static TheoryData<string> Manifests() => [.. GoldenFolder.Manifests(kind => kind is "refool")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void Ghosts_and_focal_blur_equal_the_toolbox(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var pool = new ReflectionPool(
            [.. Enumerable.Range(0, 1000).TakeWhile(i => golden.Has($"reflection_{i}")).Select(i => Reflection(golden, i))]);
        JsonProperty[] modes =
            [.. golden.Manifest.GetProperty("parameters").EnumerateObject().Where(p => golden.Has($"y_{p.Name}"))];
        Assert.NotEmpty(modes);
        foreach (JsonProperty mode in modes)
        {
            ReflectionDraws draws = ReflectionDraws
                .Stored([.. Enumerable.Range(0, clean.Count).Select(i => Draw(mode.Value, i, mode.Name == "ghost"))]);
            var attack = new Refool(new PoisonBudget(1), pool, draws) { TargetClass = 0 };
            clean.AssertNear(golden, $"y_{mode.Name}",
                (i, pixels) => Steps(pixels, () => attack.ApplyTest(i, pixels, clean.Size)));
            clean.AssertNear(golden, $"y_{mode.Name}",
                (i, pixels) => Steps(pixels, () => attack.ApplyTrain(new PlannedSample(i, false, i), pixels, clean.Size)));
        }
    }

    // Stored [H, W, 3], blue first, as the toolbox feeds it; the attack swaps what is red, green, blue.
    private static RgbImage Reflection(GoldenFile golden, int index)
    {
        long[] shape = golden.Shape($"reflection_{index}");
        double[] values = golden.Doubles($"reflection_{index}");
        var picture = new RgbImage((int)shape[1], (int)shape[0]);
        for (int i = 0; i < values.Length; i++)
            picture[2 - i % 3, i / 3 / picture.Width, i / 3 % picture.Width] = (byte)values[i];
        return picture;
    }

    private static ReflectionDraw Draw(JsonElement mode, int index, bool ghost)
    {
        return new ReflectionDraw((int)At("reflection_index"), At("alpha_b"), ghost, (int)At("offset_rows"),
            (int)At("offset_cols"),
            At("ghost_switch_draw"), At("ghost_alpha_draw"), At("sigma"), At("att"));

        double At(string key) => mode.GetProperty(key)[index].GetDouble();
    }

    // The golden holds 8-bit integers.
    private static void Steps(float[] pixels, Action apply)
    {
        apply();
        for (int i = 0; i < pixels.Length; i++) pixels[i] = MathF.Round(pixels[i] * 255f);
    }
}
