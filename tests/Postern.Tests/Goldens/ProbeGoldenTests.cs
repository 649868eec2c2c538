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

    public static TheoryData<string> Memories() => [.. GoldenFolder.Manifests(kind => kind == "memory_map")];

    public static TheoryData<string> Influences() => [.. GoldenFolder.Manifests(kind => kind == "influence")];

    public static TheoryData<string> Mixers() => [.. GoldenFolder.Manifests(kind => kind == "mixer_attention")];

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
    [MemberData(nameof(Memories))]
    public void Steps_decays_and_state_differences_equal_the_reference(string manifest)
    {
        var golden = new ProbeGolden(manifest);
        using DisposeScope scope = NewDisposeScope();
        foreach ((string direction, ScanInput input) in golden.Scans)
        {
            string suffix = input.Reverse ? "_b" : "";
            var scan = new ScanReading(input);
            var triggered = new ScanReading(input with
            {
                U = golden.Stored($"u{suffix}_hat"),
                Delta = golden.Stored($"delta{suffix}_hat"),
                B = golden.Stored($"B{suffix}_hat"),
            });
            golden.Check($"delta_map_{direction}", ScanMemory.DeltaMap(scan));
            golden.Check($"decay_{direction}", ScanMemory.Decay(scan, golden.Integer("class_token")));
            golden.Check($"radius_{direction}", ScanMemory.SpectralRadius(scan));
            if (golden.Has($"half_life_{direction}")) golden.Check($"half_life_{direction}", ScanMemory.HalfLife(scan));
            golden.Check($"difference_{direction}", ScanMemory.StateDifference(scan, triggered));
        }
        golden.AssertAll();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Influences))]
    public void Influence_equals_the_reference(string manifest)
    {
        var golden = new ProbeGolden(manifest);
        using DisposeScope scope = NewDisposeScope();
        foreach ((string direction, ScanInput scan) in golden.Scans)
            golden.Check($"influence_{direction}", ScanMemory.Influence(new ScanReading(scan)));
        golden.AssertAll();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Mixers))]
    public void A_mixer_as_attention_gives_what_it_computes_and_the_shares_of_its_parts(string manifest)
    {
        var golden = new ProbeGolden(manifest);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = golden.Stored("x"), z = golden.Stored("z");
        List<MixerAttention> directions = [];
        List<Tensor> outputs = [];
        foreach ((string direction, string suffix) in new[] { ("forward", ""), ("backward", "_b") })
        {
            bool reverse = suffix.Length > 0;
            Tensor kernel = golden.Stored($"conv_w{suffix}"), bias = golden.Stored($"conv_bias{suffix}");
            Tensor v = Convolved(kernel), d = golden.Stored($"D{suffix}");
            var scan = new ScanInput(v * v.sigmoid(), golden.Stored($"delta{suffix}"), golden.Stored($"A{suffix}"),
                golden.Stored($"B{suffix}"), golden.Stored($"C{suffix}"))
            {
                D = d,
                Z = z,
                Reverse = reverse,
            };
            var mixer = new MixerAttention(HiddenAttention.Matrix(new ScanReading(scan)), d, z, v, kernel, reverse);
            Tensor constant = mixer.Constant(bias);
            Tensor y = mixer.Lambda().matmul(x.transpose(1, 2).unsqueeze(-1)).squeeze(-1).transpose(1, 2) + constant;
            Tensor cut = Convolved(new ConvolutionCut().Kernel(kernel));
            golden.Check($"v_{direction}", v);
            golden.Check($"y_{direction}", y);
            golden.Check($"constant_{direction}", constant);
            golden.Check($"y_{direction}_conv_cut", ModelOps.Cpu.Scan(scan with { U = cut * cut.sigmoid() }));
            Matrix($"lambda_{direction}", mixer.Lambda());
            directions.Add(mixer);
            outputs.Add(y);

            Tensor Convolved(Tensor weight)
            {
                Tensor tokens = (reverse ? x.flip(1) : x).transpose(1, 2);
                Tensor convolved = nn.functional.conv1d(tokens, weight.unsqueeze(1), bias, padding: weight.shape[1] - 1,
                    groups: x.shape[2]).narrow(2, 0, x.shape[1]).transpose(1, 2);
                return reverse ? convolved.flip(1) : convolved;
            }
        }
        golden.Check("y", (outputs[0] + outputs[1]) / 2);
        Matrix("lambda", Mean(m => m.Lambda()));
        Share("share", m => m.Lambda());
        Share("share_state", m => m.ThroughState());
        Share("share_conv", m => m.ThroughConvolution());
        golden.AssertAll();

        Tensor Mean(Func<MixerAttention, Tensor> part) => (part(directions[0]) + part(directions[1])) / 2;

        void Share(string name, Func<MixerAttention, Tensor> part) => golden.Check(name,
            MixerAttention.Share(Mean(part), golden.Integer("class_token"), golden.Integers("trigger_tokens")));

        // Long sequences have some rows only.
        void Matrix(string name, Tensor lambda)
        {
            if (golden.Has(name)) golden.Check(name, lambda);
            string rows = name.Replace("lambda", "lambda_rows", StringComparison.Ordinal);
            if (golden.Has(rows)) golden.Check(rows, stack([.. golden.Integers("rows").Select(r => lambda.select(2, r))], 2));
        }
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

    /// <summary>Whether there is an output of this name.</summary>
    public bool Has(string name) => golden.Has($"out:{name}");

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
