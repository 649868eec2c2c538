using System.Text.Json;
using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>What a scan amounts to as attention, and what it gives when something is cut out of it.</summary>
[Trait("Category", "Golden")]
public class ProbeGoldenTests
{
    public static TheoryData<string> Attentions() => [.. GoldenFolder.Manifests(kind => kind == "hidden_attention")];

    public static TheoryData<string> KnockOuts() => [.. GoldenFolder.Manifests(kind => kind == "knock_out")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Attentions))]
    public void Hidden_attention_equals_the_reference_row_by_row(string manifest)
    {
        var golden = new ProbeGolden(manifest);
        using DisposeScope scope = NewDisposeScope();
        foreach ((string direction, ScanInput scan) in golden.Scans)
        {
            Tensor alpha = HiddenAttention.Matrix(new ScanReading(scan));
            golden.Check($"s_{direction}", ModelOps.Cpu.Scan(scan));
            golden.Check($"alpha_{direction}", alpha);
            golden.Check($"rows_{direction}",
                stack([.. golden.Integers("rows").Select(r => HiddenAttention.Row(new ScanReading(scan), r))], 2));
            golden.Check($"mean_abs_{direction}", alpha.abs().mean([1L]));
        }
        golden.AssertAll();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(KnockOuts))]
    public void Knock_outs_equal_a_plain_recurrence_with_the_change_made_by_hand(string manifest)
    {
        var golden = new ProbeGolden(manifest);
        using DisposeScope scope = NewDisposeScope();
        int window = golden.Integer("W");
        int[] cut = golden.Integers("cut_tokens");
        foreach ((string direction, ScanInput scan) in golden.Scans)
        {
            golden.Check($"s_{direction}", ModelOps.Cpu.Scan(scan));
            golden.Check($"reset_{direction}",
                stack([.. golden.Integers("reset_after").Select(k => new StateReset(k).Gated(scan, ModelOps.Cpu))], 0));
            Knock($"edge_cut_{direction}", new EdgeCut(cut, golden.Integer("class_token")));
            Knock($"zero_delta_{direction}", new ZeroDelta(cut));
            Knock($"horizon_{direction}", new Horizon(window));
            Knock($"window_{direction}", new Band(window));
            Knock($"order_{direction}", new ScanOrder(golden.Integers("order")));
            if (scan.Reverse) Knock("horizon_backward_picture", new Horizon(window, OfPicture: true));

            void Knock(string name, MixerIntervention change) => golden.Check(name, change.Gated(scan, ModelOps.Cpu));
        }
        golden.AssertAll();
    }
}

/// <summary>A golden of a probe: both scans of a mixer without skip and gate, and outputs by name.</summary>
internal sealed class ProbeGolden
{
    private readonly GoldenFile golden;
    private readonly HashSet<string> compared = [];
    private readonly List<string> wrong = [];

    public ProbeGolden(string manifest) => golden = GoldenFile.Open(manifest);

    /// <summary>The direction's name in outputs, and its scan.</summary>
    public IEnumerable<(string Direction, ScanInput Scan)> Scans =>
        new[] { ("forward", ""), ("backward", "_b") }.Select(d => (d.Item1,
            new ScanInput(Stored($"u{d.Item2}"), Stored($"delta{d.Item2}"), Stored($"A{d.Item2}"), Stored($"B{d.Item2}"),
                Stored($"C{d.Item2}"))
            {
                Reverse = d.Item2.Length > 0,
            }));

    public int Integer(string parameter) => Parameter(parameter).GetInt32();

    public int[] Integers(string parameter) => [.. Parameter(parameter).EnumerateArray().Select(v => v.GetInt32())];

    public Tensor Stored(string name) => tensor(golden.Floats(name), golden.Shape(name));

    /// <summary>Compares an output, named without its prefix.</summary>
    public void Check(string name, Tensor found)
    {
        compared.Add($"out:{name}");
        double[] actual = [.. found.detach().contiguous().to_type(ScalarType.Float64).data<double>()];
        double error = GoldenValues.Error(actual, golden.Doubles($"out:{name}"));
        double tolerance = Described($"out:{name}").GetProperty("tolerance_float32").GetDouble();
        if (!(error <= tolerance)) wrong.Add(FormattableString.Invariant($"{name}: error {error:g3}, tolerance {tolerance:g3}"));
    }

    /// <summary>All outputs were compared and fit.</summary>
    public void AssertAll()
    {
        foreach (JsonProperty described in golden.Manifest.GetProperty("tensors").EnumerateObject())
            if (described.Value.GetProperty("what").GetString() == "output" && !compared.Contains(described.Name))
                wrong.Add($"{described.Name}: not compared");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private JsonElement Parameter(string name) => golden.Manifest.GetProperty("parameters").GetProperty(name);

    private JsonElement Described(string tensor) => golden.Manifest.GetProperty("tensors").GetProperty(tensor);
}
