using System.Text.Json;
using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

[Trait("Category", "Golden")]
public class ScanGoldenTests
{
    public static TheoryData<string> Manifests() => [.. GoldenFolder.Manifests(kind => kind == "selective_scan")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void The_fused_scan_equals_the_reference_in_values_state_and_every_gradient(string manifest) =>
        Compare(manifest, SelectiveScanFunction.Apply, SelectiveScanFunction.LastState);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void The_loop_equals_the_reference_in_values_and_every_gradient(string manifest) =>
        Compare(manifest, SelectiveScanLoop.Apply);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void The_scan_in_chunks_equals_the_reference_in_values_state_and_every_gradient(string manifest) =>
        Compare(manifest, ChunkedScan.Apply, ChunkedScan.LastState);

    internal static void Compare(string manifest, Func<ScanInput, Tensor> scan, Func<ScanInput, Tensor>? lastState = null)
    {
        GoldenFile golden = GoldenFile.Open(manifest);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> inputs = [];
        ScanInput input = new(Leaf("u", Tokens), Leaf("delta", Tokens), Leaf("A"), Leaf("B", Coefficients),
            Leaf("C", Coefficients))
        {
            D = Optional("D"),
            Z = golden.Has("z") ? Leaf("z", Tokens) : null,
            DeltaBias = Optional("delta_bias"),
            Softplus = golden.Manifest.GetProperty("delta_softplus").GetBoolean(),
        };
        Tensor y = scan(input);
        y.backward([Tokens(Stored("grad_y")).contiguous()]);
        Dictionary<string, Tensor> found = new() { ["out:y"] = Tokens(y) };
        if (lastState is not null) found["out:last_state"] = lastState(input);
        foreach ((string name, Tensor leaf) in inputs) found[$"out:grad_{name}"] = leaf.grad!;

        List<string> wrong = [];
        foreach (JsonProperty described in golden.Manifest.GetProperty("tensors").EnumerateObject())
        {
            if (described.Value.GetProperty("what").GetString() != "output"
                || (lastState is null && described.Name == "out:last_state")) continue;
            double[] actual = [.. found[described.Name].detach().contiguous().to_type(ScalarType.Float64).data<double>()];
            double error = GoldenValues.Error(actual, golden.Doubles(described.Name));
            double tolerance = described.Value.GetProperty("tolerance_float32").GetDouble();
            if (!(error <= tolerance))
                wrong.Add(FormattableString.Invariant($"{described.Name}: error {error:g3}, tolerance {tolerance:g3}"));
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        Tensor Stored(string name) => tensor(golden.Floats(name), golden.Shape(name));

        // The leaf has the golden's own layout, so that its gradient has it too; the scan sees it with channels innermost.
        Tensor Leaf(string name, Func<Tensor, Tensor>? view = null)
        {
            inputs[name] = Stored(name).requires_grad_();
            return view is null ? inputs[name] : view(inputs[name]);
        }

        Tensor? Optional(string name) => golden.Has(name) ? Leaf(name) : null;
    }

    /// <summary>[B, D, L] to [B, L, D] and back.</summary>
    private static Tensor Tokens(Tensor value) => value.transpose(1, 2);

    /// <summary>[B, N, L] to [B, L, N], [B, G, N, L] to [B, L, G, N], [D, N] as it is.</summary>
    private static Tensor Coefficients(Tensor value) => value.dim() switch
    {
        2 => value,
        3 => value.transpose(1, 2),
        _ => value.permute(0, 3, 1, 2),
    };
}
