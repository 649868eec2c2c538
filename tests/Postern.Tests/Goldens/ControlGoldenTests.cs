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

    internal static void Compare(string manifest, IModelOps ops)
    {
        var golden = new ProbeGolden(manifest);
        foreach ((string variant, (SsmKind kind, string[] uses)) in Variants)
        {
            using DisposeScope scope = NewDisposeScope();
            Dictionary<string, Tensor> leaves = uses.ToDictionary(name => name, name => golden.Stored(name).requires_grad_());
            Tensor u = leaves["u"];
            long[] tokens = [u.shape[0], u.shape[1], -1];
            var scan = new ScanInput(u, OfTokens("delta"), leaves.GetValueOrDefault("A") ?? golden.Stored("A"), OfTokens("B"),
                OfTokens("C"))
            {
                D = leaves["D"],
                Z = leaves["z"],
                Window = variant == "window" ? golden.Integer("W") : 0,
            };
            Tensor y = ControlledScan.Of(kind, scan, ops);
            y.backward([golden.Stored("grad_y")]);
            golden.Check($"y_{variant}", y);
            foreach ((string name, Tensor leaf) in leaves) golden.Check($"grad_{variant}_{name}", leaf.grad!);

            Tensor OfTokens(string name) => leaves.TryGetValue(name, out Tensor? own) ? own
                : leaves.TryGetValue($"{name}_const", out Tensor? constant) ? constant.expand(tokens) : golden.Stored(name);
        }
        golden.AssertAll();
    }
}
