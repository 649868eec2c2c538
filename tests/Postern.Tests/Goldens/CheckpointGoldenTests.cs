using System.Text.Json;
using Postern.Models;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>Weight files in the official layouts decode to what their manifest says.</summary>
[Trait("Category", "Golden")]
public class CheckpointGoldenTests
{
    public static TheoryData<string, string> Files()
    {
        TheoryData<string, string> files = [];
        foreach (string manifest in GoldenFolder.Manifests(kind => kind == "checkpoints"))
            foreach (JsonProperty file in GoldenFile.Open(manifest).Manifest.GetProperty("files").EnumerateObject())
                files.Add(manifest, file.Name);
        return files;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void A_file_decodes_to_what_its_manifest_says_or_is_refused(string manifest, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement root = GoldenFile.Open(manifest).Manifest, described = root.GetProperty("files").GetProperty(file);
        string path = Path.Combine(GoldenFolder.Root!, Path.GetDirectoryName(manifest)!, file);
        if (described.TryGetProperty("error", out _) || described.TryGetProperty("refused", out _))
        {
            Assert.StartsWith(path, Assert.Throws<InputException>(() => Checkpoint.Open(path)).Message);
            return;
        }
        using Checkpoint checkpoint = Checkpoint.Open(path);
        Dictionary<string, Tensor> expected = Expected(root, described);
        if (described.TryGetProperty("weights_at", out JsonElement at)) Assert.Equal(at.GetString(), checkpoint.WeightsAt);
        AssertEqual(expected, checkpoint.Weights);
        if (described.TryGetProperty("ema_at", out JsonElement ema))
        {
            Assert.NotNull(checkpoint.Ema);
            bool halved = ema.GetString()!.Contains("halved", StringComparison.Ordinal);
            AssertEqual(expected.ToDictionary(e => e.Key, e => halved ? e.Value / 2 : e.Value), checkpoint.Ema);
        }
        if (described.TryGetProperty("other_keys", out JsonElement others))
            Assert.Equal(others.EnumerateArray().Select(k => k.GetString()!).Order(StringComparer.Ordinal), checkpoint.OtherKeys);
    }

    private static Dictionary<string, Tensor> Expected(JsonElement root, JsonElement described)
    {
        ulong seed = root.GetProperty("seed").GetUInt64();
        if (!described.TryGetProperty("entries", out JsonElement entries)) return Views(seed);
        if (entries.ValueKind != JsonValueKind.String)
            return entries.Deserialize<GoldenEntry[]>(GoldenManifest.Format)!
                .ToDictionary(e => e.Name, e => GoldenValues.Entry(seed, e));
        return Expected(
            root, root.GetProperty("files").GetProperty(entries.GetString()!.Replace("as ", "", StringComparison.Ordinal)));
    }

    // The manifest describes these in prose: views of one storage of 6 x 10, whose values have the name shared_storage.
    private static Dictionary<string, Tensor> Views(ulong seed)
    {
        Tensor whole = tensor(GoldenValues.Affine(seed, "shared_storage", 60, 0, 1), 6, 10);
        return new()
        {
            ["whole"] = whole,
            ["column_view"] = whole[TensorIndex.Colon, TensorIndex.Slice(3, 5)],
            ["transposed"] = whole.t(),
            ["row"] = whole[2],
            ["half"] = whole[TensorIndex.Slice(0, 2)].to_type(ScalarType.Float16),
            ["step"] = tensor(11L),
            ["flags"] = tensor([true, false, true]),
        };
    }

    private static void AssertEqual(Dictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor value) in expected)
        {
            Assert.Equal((name, value.dtype), (name, actual[name].dtype));
            Assert.Equal(value.shape, actual[name].shape);
            Assert.True(actual[name].is_contiguous(), name);
            // A_log is a logarithm, whose last bit differs between libraries.
            double tolerance = name.EndsWith("A_log", StringComparison.Ordinal)
                || name.EndsWith("A_b_log", StringComparison.Ordinal) ? 1e-6 : 0;
            Tensor difference = (value.to_type(ScalarType.Float64) - actual[name].to_type(ScalarType.Float64)).abs();
            Assert.True(difference.max().item<double>() <= tolerance, name);
        }
    }
}
