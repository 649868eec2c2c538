using System.Text.Json;

namespace Postern.Tests.Goldens;

/// <summary>
/// A golden's batch of pictures, [N, 3, S, S] in [0, 1], and its comparison with what the library makes of them.
/// </summary>
internal sealed class PictureBatch
{
    private readonly float[] values;

    private PictureBatch(long[] shape, float[] values)
    {
        Assert.Equal([shape[0], 3, shape[2], shape[2]], shape);
        (Count, Size, this.values) = ((int)shape[0], (int)shape[2], values);
    }

    public int Count { get; }

    public int Size { get; }

    public static PictureBatch Of(GoldenFile golden, string tensor) => new(golden.Shape(tensor), golden.Floats(tensor));

    /// <summary>A copy of one picture, [3, S, S].</summary>
    public float[] Picture(int index) => values[(index * 3 * Size * Size)..((index + 1) * 3 * Size * Size)];

    /// <summary>
    /// Changes each picture and compares with a tensor, within the manifest's tolerance; a shorter tensor is about the first
    /// pictures.
    /// </summary>
    public void AssertNear(GoldenFile golden, string tensor, Action<int, float[]> change)
    {
        PictureBatch expected = Of(golden, tensor);
        Assert.InRange(expected.Count, 1, Count);
        Assert.Equal(Size, expected.Size);
        double tolerance = golden.Manifest.GetProperty("absolute_tolerance").GetDouble(), worst = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            float[] found = Picture(i);
            change(i, found);
            worst = Math.Max(worst, found.Zip(expected.Picture(i),
                (a, b) => double.IsNaN(a) ? double.PositiveInfinity : Math.Abs((double)a - b)).Max());
        }
        Assert.True(worst <= tolerance, $"{golden.Name}: {tensor} differs by {worst:g3}, allowed is {tolerance:g3}");
        TestContext.Current.SendDiagnosticMessage($"{golden.Name}: {tensor} differs by {worst:g3} (allowed {tolerance:g3})");
    }

    /// <summary>
    /// As <see cref="AssertNear"/>, with the changed picture normalised by the dataset that the tensor's meaning names.
    /// </summary>
    public void AssertNearNormalised(GoldenFile golden, string tensor, Action<int, float[]> change)
    {
        string meaning = golden.Manifest.GetProperty("tensors").GetProperty(tensor).GetProperty("meaning").GetString()!;
        (float[] mean, float[] std) = Normalisation(meaning);
        AssertNear(golden, tensor, (i, pixels) =>
        {
            change(i, pixels);
            for (int at = 0; at < pixels.Length; at++)
            {
                int channel = at / (Size * Size);
                pixels[at] = (pixels[at] - mean[channel]) / std[channel];
            }
        });
    }

    // The constants of the dataset named in the text: those of an `images` golden in the folder, else CIFAR-10's of
    // docs/reference/attacks.md 1.1.
    private static (float[] Mean, float[] Std) Normalisation(string meaning)
    {
        foreach (string manifest in GoldenFolder.Manifests(kind => kind == "images"))
        {
            foreach (JsonProperty dataset in GoldenFile.Open(manifest).Manifest.GetProperty("parameters").GetProperty("mean_std")
                .EnumerateObject())
            {
                if (meaning.Contains(dataset.Name, StringComparison.OrdinalIgnoreCase))
                    return (Row(dataset.Value[0]), Row(dataset.Value[1]));
            }
        }
        Assert.Contains("CIFAR10", meaning, StringComparison.OrdinalIgnoreCase);
        return ([0.4914f, 0.4822f, 0.4465f], [0.247f, 0.243f, 0.261f]);

        static float[] Row(JsonElement row) => [.. row.EnumerateArray().Select(v => v.GetSingle())];
    }
}
