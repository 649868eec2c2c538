using System.Text.Json;
using Postern.Attacks;
using Postern.Attacks.Triggers;
using Postern.Imaging;

namespace Postern.Tests.Goldens;

/// <summary>Compares reflections with the toolbox's, draw by draw.</summary>
[Trait("Category", "Golden")]
public class RefoolGoldenTests
{
    public static TheoryData<string> Reflections() => [.. GoldenFolder.Manifests(kind => kind is "refool")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Reflections))]
    public void Mirrored_pictures_equal_the_toolbox_in_both_modes(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        RgbImage[] pool = [.. Enumerable.Range(0, golden.TensorNames.Count(n => n.StartsWith("reflection_", StringComparison.Ordinal) && !n.EndsWith("_resized", StringComparison.Ordinal)))
            .Select(i => Photograph(golden, $"reflection_{i}"))];
        // The golden stores channels as they were fed, blue first: exchanging them again is the attack's own reading.
        var reflections = new ReflectionPool([.. pool.Select<RgbImage, Func<RgbImage>>(p => () => p)], swapped: true, checksum: "");
        foreach (string mode in new[] { "ghost", "blur" })
        {
            JsonElement draws = parameters.GetProperty(mode);
            clean.AssertNear(golden, $"y_{mode}", (i, pixels) =>
            {
                var draw = new ReflectionDraw(draws.GetProperty("reflection_index")[i].GetInt32(), Number("alpha_b"), mode == "ghost",
                    draws.GetProperty("offset_rows")[i].GetInt32(), draws.GetProperty("offset_cols")[i].GetInt32(),
                    ReflectionDraw.WeightOf(Number("ghost_switch_draw"), Number("ghost_alpha_draw")), Number("sigma"), Number("att"));
                Refool.Mirror(pixels, reflections.At(draw.Index, clean.Size), clean.Size, draw);
                for (int at = 0; at < pixels.Length; at++) pixels[at] = MathF.Round(pixels[at] * 255f);

                double Number(string key) => draws.GetProperty(key)[i].GetDouble();
            });
        }
    }

    /// <summary>[H, W, 3] with blue first, as a picture.</summary>
    private static RgbImage Photograph(GoldenFile golden, string tensor)
    {
        long[] shape = golden.Shape(tensor);
        double[] values = golden.Doubles(tensor);
        var image = new RgbImage((int)shape[1], (int)shape[0]);
        int plane = image.Width * image.Height;
        for (int i = 0; i < plane; i++)
            for (int channel = 0; channel < 3; channel++) image.Pixels[(2 - channel) * plane + i] = (byte)values[3 * i + channel];
        return image;
    }
}
