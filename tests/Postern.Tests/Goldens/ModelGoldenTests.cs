using System.Text.Json;
using Postern.Kernels;
using Postern.Models;
using Postern.Models.Ops;
using Postern.Native;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

[Trait("Category", "Golden")]
public class ModelGoldenTests
{
    public static TheoryData<string> Manifests() =>
        [.. GoldenFolder.Manifests(kind => GoldenManifest.Architectures.Contains(kind))];

    public static TheoryData<string> KeyLists() =>
        [.. GoldenFolder.Manifests(kind => kind.StartsWith("keys:", StringComparison.Ordinal)
            && GoldenManifest.Architectures.Contains(kind[5..]))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    [LongGroup("Golden")]
    public void Activations_loss_gradients_and_buffers_equal_the_official_code(string manifest) => Compare(manifest);

    /// <summary>Compares a model with its golden; a Vim with these operations where there are any.</summary>
    internal static void Compare(string manifest, IModelOps? ops = null)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        GoldenManifest described = golden.Manifest.Deserialize<GoldenManifest>(GoldenManifest.Format)!;
        IReadOnlyList<Deviation> comparisons = GoldenTrial.Compare(described, golden.Doubles, ComputeDevice.Cpu, ops);
        Assert.True(comparisons.Count > golden.TensorNames.Count, "the loss and every tensor are compared");
        Assert.True(comparisons.All(c => c.Passes), string.Join('\n', comparisons.Where(c => !c.Passes)));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(KeyLists))]
    public void Names_shapes_types_and_decay_flags_are_the_official_ones(string manifest)
    {
        JsonElement root = GoldenFile.Open(manifest).Manifest;
        using Backbone model = GoldenManifest.Build(Text(root, "arch"),
            root.GetProperty("config").Deserialize<GoldenConfig>(GoldenManifest.Format)!);
        Dictionary<string, Tensor> state = model.state_dict();
        HashSet<string> parameters = [.. model.named_parameters().Select(p => p.name)];
        IEnumerable<string> expected = root.GetProperty("entries").EnumerateArray().Select(e =>
            $"{Text(e, "name")} [{string.Join(", ", e.GetProperty("shape").EnumerateArray())}] {Text(e, "dtype")} "
                + $"{Text(e, "kind")} " +
            $"{(e.TryGetProperty("weight_decay", out JsonElement decay) && decay.ValueKind == JsonValueKind.True ? "decays" : "")}");
        IEnumerable<string> actual = state.Select(e =>
            $"{e.Key} [{string.Join(", ", e.Value.shape)}] {e.Value.dtype.ToString().ToLowerInvariant()} "
                + $"{(parameters.Contains(e.Key) ? "parameter" : "buffer")} " +
            $"{(parameters.Contains(e.Key) && model.Decays(e.Key, e.Value) ? "decays" : "")}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
        Assert.Equal(root.GetProperty("parameters").GetInt64(), model.ParameterCount);

        static string Text(JsonElement entry, string key) => entry.GetProperty(key).GetString()!;
    }
}
