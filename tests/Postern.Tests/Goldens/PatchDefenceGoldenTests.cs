using System.Text.Json;
using Postern.Defences.Transforms;
using Postern.Tests.Defences;

namespace Postern.Tests.Goldens;

/// <summary>Compares the patch defences, with the manifest's draws, value for value.</summary>
[Trait("Category", "Golden")]
public class PatchDefenceGoldenTests
{
    public static TheoryData<string> Manifests() => [.. GoldenFolder.Manifests(kind => kind is "patch_defences")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void Dropped_and_moved_cells_equal_the_stored_pictures(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        PictureBatch clean = PictureBatch.Of(golden, "x");
        var grid = new PatchGrid(clean.Size, parameters.GetProperty("patch").GetInt32());
        int[][] dropped = Draws("dropped_patches"), permutations = Draws("permutations");
        float fill = parameters.GetProperty("fill").GetSingle();
        if (parameters.TryGetProperty("drop_rate", out JsonElement rate))
        {
            var defence = (PatchDrop)SampleDefences.Make("patch-drop", ("drop_rate", rate.GetRawText())).InTraining!;
            Assert.All(dropped, d => Assert.Equal(defence.Count(grid.Cells), d.Length));
        }
        clean.AssertNear(golden, "y_drop", (i, pixels) => grid.Drop(pixels, dropped[i], [fill, fill, fill]));
        clean.AssertNear(golden, "y_shuffle", (i, pixels) => grid.Shuffle(pixels, permutations[i]));

        int[][] Draws(string name) =>
            [.. parameters.GetProperty(name).EnumerateArray()
                .Select(d => d.EnumerateArray().Select(v => v.GetInt32()).ToArray())];
    }
}
