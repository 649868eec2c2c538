using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Attacks.Triggers;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Training.Input;

namespace Postern.Tests.Goldens;

/// <summary>Compares resizing and normalisation with torchvision's.</summary>
[Trait("Category", "Golden")]
public partial class ImageGoldenTests
{
    public static TheoryData<string> Images() => [.. GoldenFolder.Manifests(kind => kind is "images")];

    public static TheoryData<string> ImageNetMarks() => [.. GoldenFolder.Manifests(kind => kind is "imagenet_marks")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Images))]
    public void A_batch_holds_the_8_bit_pictures_normalised_by_the_dataset(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        double tolerance = golden.Manifest.GetProperty("absolute_tolerance").GetDouble();
        int count = (int)golden.Shape("x")[0], size = (int)golden.Shape("x")[2];
        byte[] bytes = Array.ConvertAll(golden.Floats("x"), v => (byte)MathF.Round(v * 255f));
        Assert.All(golden.Floats("x").Zip(bytes), p => Assert.Equal(p.First, p.Second / 255f, tolerance));

        using var images = new MemoryImageSet(size, bytes, new int[count], ["only"]);
        foreach (JsonProperty dataset in golden.Manifest.GetProperty("parameters").GetProperty("mean_std").EnumerateObject())
        {
            var loader = new BatchLoader(images, Row(dataset.Value[0]), Row(dataset.Value[1]), size, Augmentations.Centre, null,
                count, Workers: 1);
            using Batch batch = loader.Load([.. Enumerable.Range(0, count)], seed: 0, epoch: 0).Single();
            AssertNear(golden, $"x_normalised_{dataset.Name}", [.. batch.Images.data<float>()], tolerance);
        }

        static float[] Row(JsonElement row) => [.. row.EnumerateArray().Select(v => v.GetSingle())];
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Images))]
    public void Photographs_are_resized_to_within_one_8_bit_step(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        string[] names = [.. golden.TensorNames.Select(n => ResizeSource().Match(n)).Where(m => m.Success)
            .Select(m => m.Groups["name"].Value)];
        Assert.Equal(golden.Manifest.GetProperty("parameters").GetProperty("resize_photos").GetArrayLength(), names.Length);
        foreach (string name in names)
        {
            RgbImage source = FromInterleaved(golden, $"{name}_source"), expected = FromInterleaved(golden, $"{name}_result");
            RgbImage found = Resampling.Bilinear(source, expected.Width, expected.Height);
            AssertNear(golden, name, Array.ConvertAll(found.Pixels, v => (float)v), 1,
                Array.ConvertAll(expected.Pixels, v => (float)v));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ImageNetMarks))]
    public void A_trigger_from_a_file_is_resized_to_the_stored_size(string manifest)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        string? path = GoldenTriggers.PathOf(parameters);
        Assert.SkipWhen(path is null, $"the trigger that {golden.Name} names is not in the shared folder");
        double tolerance = golden.Manifest.GetProperty("absolute_tolerance").GetDouble();
        string rows = golden.TensorNames.Single(n => n.StartsWith("rows_", StringComparison.Ordinal));
        int size = (int)golden.Shape(rows)[1];
        PatchTrigger mark = TriggerSource.Whole(path!).At(size);
        float[] steps = Array.ConvertAll(mark.Pixels.ToArray(), v => v * 255f);

        float[] found =
        [
            .. from row in parameters.GetProperty("rows").EnumerateArray().Select(r => r.GetInt32())
               from column in Enumerable.Range(0, size)
               from channel in Enumerable.Range(0, 3)
               select steps[(channel * size + row) * size + column],
        ];
        AssertNear(golden, rows, found, tolerance);
        AssertNear(golden, "channel_mean", [.. steps.Chunk(size * size).Select(plane => plane.Average())], tolerance);
    }

    private static RgbImage FromInterleaved(GoldenFile golden, string tensor)
    {
        long[] shape = golden.Shape(tensor);
        var image = new RgbImage((int)shape[1], (int)shape[0]);
        float[] values = golden.Floats(tensor);
        for (int i = 0; i < values.Length; i++) image[i % 3, i / 3 / image.Width, i / 3 % image.Width] = (byte)values[i];
        return image;
    }

    private static void AssertNear(GoldenFile golden, string tensor, float[] found, double tolerance, float[]? stored = null)
    {
        float[] expected = stored ?? golden.Floats(tensor);
        Assert.Equal(expected.Length, found.Length);
        double worst = expected.Zip(found, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.True(worst <= tolerance, $"{golden.Name}: {tensor} differs by {worst:g3}, allowed is {tolerance:g3}");
        TestContext.Current.SendDiagnosticMessage($"{golden.Name}: {tensor} differs by {worst:g3} (allowed {tolerance:g3})");
    }

    [GeneratedRegex("^(?<name>resize_.+)_source$")]
    private static partial Regex ResizeSource();
}
