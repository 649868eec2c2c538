using System.Text.Json;
using Postern.Models;
using Postern.Models.Layers;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>
/// What stands in the place of a scan under the controls of an experiment, with the gradient of every input that it uses.
/// </summary>
[Trait("Category", "Golden")]
public class ControlGoldenTests
{
    private static readonly Dictionary<string, (SsmKind Kind, string[] Uses)> Variants = new()
    {
        ["full"] = (SsmKind.Full, ["u", "delta", "A", "B", "C", "D", "z"]),
        ["identity"] = (SsmKind.Identity, ["u", "D", "z"]),
        ["no_memory"] = (SsmKind.NoMemory, ["u", "delta", "B", "C", "D", "z"]),
        ["no_forgetting"] = (SsmKind.NoForgetting, ["u", "delta", "B", "C", "D", "z"]),
        ["lti"] = (SsmKind.Lti, ["u", "delta_const", "A", "B_const", "C_const", "D", "z"]),
        ["window"] = (SsmKind.Full, ["u", "delta", "A", "B", "C", "D", "z"]),
    };

    public static TheoryData<string> Manifests() => [.. GoldenFolder.Manifests(kind => kind == "control_variant")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void Fused_controls_equal_the_reference_in_values_and_every_gradient(string manifest) =>
        Compare(manifest, ModelOps.Cpu);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void Plain_controls_equal_the_reference_in_values_and_every_gradient(string manifest) =>
        Compare(manifest, ModelOps.Plain);

    private static void Compare(string manifest, IModelOps ops)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        int window = golden.Manifest.GetProperty("parameters").GetProperty("W").GetInt32();
        List<string> wrong = [];
        HashSet<string> compared = [];
        foreach ((string variant, (SsmKind kind, string[] uses)) in Variants)
        {
            using DisposeScope scope = NewDisposeScope();
            Dictionary<string, Tensor> leaves = uses.ToDictionary(name => name,
                name => tensor(golden.Floats(name), golden.Shape(name)).requires_grad_());
            Tensor u = leaves["u"];
            long[] tokens = [u.shape[0], u.shape[1], -1];
            var scan = new ScanInput(u, OfTokens("delta"), leaves.GetValueOrDefault("A") ?? Stored("A"), OfTokens("B"),
                OfTokens("C"))
            {
                D = leaves["D"],
                Z = leaves["z"],
                Window = variant == "window" ? window : 0,
            };
            Tensor y = ControlledScan.Of(kind, scan, ops);
            y.backward([Stored("grad_y")]);
            Check($"y_{variant}", y);
            foreach ((string name, Tensor leaf) in leaves) Check($"grad_{variant}_{name}", leaf.grad!);

            Tensor OfTokens(string name) => leaves.TryGetValue(name, out Tensor? own) ? own
                : leaves.TryGetValue($"{name}_const", out Tensor? constant) ? constant.expand(tokens) : Stored(name);
        }
        foreach (JsonProperty described in golden.Manifest.GetProperty("tensors").EnumerateObject())
        {
            if (described.Value.GetProperty("what").GetString() == "output" && !compared.Contains(described.Name))
                wrong.Add($"{described.Name}: not compared");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        Tensor Stored(string name) => tensor(golden.Floats(name), golden.Shape(name));

        void Check(string name, Tensor found)
        {
            compared.Add($"out:{name}");
            double[] actual = [.. found.detach().contiguous().to_type(ScalarType.Float64).data<double>()];
            double error = GoldenValues.Error(actual, golden.Doubles($"out:{name}"));
            double tolerance = golden.Manifest.GetProperty("tensors").GetProperty($"out:{name}").GetProperty("tolerance_float32")
                .GetDouble();
            if (!(error <= tolerance))
                wrong.Add(FormattableString.Invariant($"{name}: error {error:g3}, tolerance {tolerance:g3}"));
        }
    }
}
