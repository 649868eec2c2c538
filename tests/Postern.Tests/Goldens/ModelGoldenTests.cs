using System.Text.Json;
using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

[Trait("Category", "Golden")]
public class ModelGoldenTests
{
    private static readonly string[] Architectures =
        ["vim", "deit", "mambaout", "resnet18_toolbox", "resnet18_toolbox_narrow", "resnet18_torchvision"];

    public static TheoryData<string> Manifests() => [.. GoldenFolder.Manifests(kind => Architectures.Contains(kind))];

    public static TheoryData<string> KeyLists() =>
        [.. GoldenFolder.Manifests(kind => kind.StartsWith("keys:", StringComparison.Ordinal)
            && Architectures.Contains(kind[5..]))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    [LongGroup("Golden")]
    public void Activations_loss_gradients_and_buffers_equal_the_official_code(string manifest) => Compare(manifest);

    /// <summary>Compares a model with its golden; a Vim with these operations where there are any.</summary>
    internal static void Compare(string manifest, IModelOps? ops = null)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement root = golden.Manifest;
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = Build(root);
        if (model is Vim vim) vim.Ops = ops;
        ulong seed = root.GetProperty("weights").GetProperty("seed").GetUInt64();
        LoadWeights(model, seed, root.GetProperty("weights").GetProperty("entries"));
        Tensor input = Input(root.GetProperty("input"));
        Dictionary<string, Tensor> found = [];
        using IDisposable tap = model.Taps.Watch((name, value) => found[$"act:{name}"] = value);
        if (root.GetProperty("mode").GetString() == "train") model.train();
        else model.eval();
        found["input"] = input;
        input.requires_grad_();
        Tensor logits = model.forward(input);
        found["logits"] = logits;
        long[] labels = GoldenValues.Integers(root.GetProperty("labels"));
        Tensor loss = nn.functional.cross_entropy(logits, tensor(labels));
        loss.backward();
        found["grad_input"] = input.grad!;
        foreach ((string name, TorchSharp.Modules.Parameter value) in model.named_parameters())
            found[$"grad:{name}"] = value.grad!;
        foreach ((string name, Tensor value) in model.named_buffers()) found[$"buffer:{name}"] = value;

        List<string> wrong = [];
        double lossError = Math.Abs(loss.item<float>() / root.GetProperty("loss").GetDouble() - 1);
        Check("loss", lossError, root.GetProperty("loss_tolerance").GetDouble());
        foreach (JsonProperty tensor in root.GetProperty("tensors").EnumerateObject()) CompareTensor(tensor);
        foreach (JsonProperty norm in root.GetProperty("grad_norms").EnumerateObject())
        {
            double actual = found[$"grad:{norm.Name}"].to_type(ScalarType.Float64).norm().item<double>(),
                expected = norm.Value.GetDouble();
            Check($"norm of grad:{norm.Name}", Math.Abs(actual - expected) / Math.Max(expected, 1e-30),
                root.GetProperty("grad_norm_tolerance").GetDouble());
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        void CompareTensor(JsonProperty described)
        {
            string name = described.Name;
            if (!found.TryGetValue(name, out Tensor? value))
            {
                wrong.Add($"{name} is not observed");
                return;
            }
            if (!value.shape.SequenceEqual(GoldenValues.Integers(described.Value.GetProperty("full_shape"))))
            {
                wrong.Add($"{name} has shape [{string.Join(", ", value.shape)}]");
                return;
            }
            double[] all = [.. value.detach().contiguous().to_type(ScalarType.Float64).data<double>()];
            double tolerance = described.Value.GetProperty("tolerance").GetDouble();
            double[] compared = all;
            if (described.Value.TryGetProperty("sampled", out JsonElement sampled))
            {
                long samples = sampled.GetInt64();
                compared = [.. Enumerable.Range(0, (int)samples).Select(j => all[j * all.LongLength / samples])];
                double largest = described.Value.GetProperty("max_abs").GetDouble();
                Check($"mean of {name}", Math.Abs(all.Average() - described.Value.GetProperty("mean").GetDouble()) / largest,
                    tolerance);
                Check($"max of {name}", Math.Abs(all.Max(Math.Abs) - largest) / largest, tolerance);
            }
            Check(name, GoldenValues.Error(compared, golden.Doubles(name)), tolerance);
        }

        void Check(string what, double error, double tolerance)
        {
            if (!(error <= tolerance))
                wrong.Add(FormattableString.Invariant($"{what}: error {error:g3}, tolerance {tolerance:g3}"));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(KeyLists))]
    public void Names_shapes_types_and_decay_flags_are_the_official_ones(string manifest)
    {
        JsonElement root = GoldenFile.Open(manifest).Manifest;
        using Backbone model = Build(root);
        Dictionary<string, Tensor> state = model.state_dict();
        HashSet<string> parameters = [.. model.named_parameters().Select(p => p.name)];
        IEnumerable<string> expected = root.GetProperty("entries").EnumerateArray().Select(e =>
            $"{Text(e, "name")} [{string.Join(", ", GoldenValues.Integers(e.GetProperty("shape")))}] {Text(e, "dtype")} "
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

    private static Backbone Build(JsonElement root)
    {
        JsonElement config = root.GetProperty("config");
        return root.GetProperty("arch").GetString() switch
        {
            "vim" => new Vim(new VimConfig(Number("img_size"), Number("patch_size"), Number("stride"), Number("embed_dim"),
                Number("depth"), Number("d_state"), Number("num_classes"))),
            "deit" => new DeiT(new DeiTConfig(Number("img_size"), Number("patch_size"), Number("embed_dim"), Number("depth"),
                Number("num_heads"), Number("num_classes"))),
            "mambaout" => new MambaOut(new MambaOutConfig(Numbers("depths"), Numbers("dims"), Number("num_classes"))),
            "resnet18_toolbox" => new ResNet(new ResNetConfig([64, 128, 256, 512], ImageNetStem: false, Number("num_classes"))),
            "resnet18_toolbox_narrow" =>
                new ResNet(new ResNetConfig([16, 32, 48, 64], ImageNetStem: false, Number("num_classes"))),
            "resnet18_torchvision" =>
                new ResNet(new ResNetConfig([64, 128, 256, 512], ImageNetStem: true, Number("num_classes"))),
            string other => throw new InvalidDataException($"unknown architecture {other}"),
            null => throw new InvalidDataException("no architecture"),
        };

        int Number(string key) => config.GetProperty(key).GetInt32();

        int[] Numbers(string key) => [.. config.GetProperty(key).EnumerateArray().Select(n => n.GetInt32())];
    }

    private static void LoadWeights(Backbone model, ulong seed, JsonElement entries)
    {
        Dictionary<string, Tensor> state = model.state_dict();
        using var noGrad = no_grad();
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            string name = entry.GetProperty("name").GetString()!;
            Assert.True(state.Remove(name, out Tensor? parameter), $"the model has no {name}");
            parameter!.copy_(GoldenValues.Entry(seed, entry));
        }
        Assert.Empty(state.Keys);
    }

    private static Tensor Input(JsonElement input)
    {
        long[] shape = GoldenValues.Integers(input.GetProperty("shape"));
        float[] values = GoldenValues.Affine(input.GetProperty("seed").GetUInt64(), input.GetProperty("name").GetString()!,
            shape.Aggregate(1L, (product, side) => product * side), input.GetProperty("offset").GetDouble(),
            input.GetProperty("scale").GetDouble());
        Assert.Equal(input.GetProperty("float64_sum_of_float32_values").GetDouble(), values.Sum(v => (double)v), 1e-6);
        return tensor(values, shape);
    }
}
