using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Models;
using Postern.Models.Ops;
using Postern.Probes;
using Postern.Tests.Defences;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public sealed class KnockOutTests : IDisposable
{
    private const int Target = 1, ClassToken = 8;

    private readonly Dataset data = SampleDefences.Stripes();
    private readonly Vim model = (Vim)Make("vim", ("patch_size", "2"), ("embed_dim", "16"), ("depth", "2"), ("state_size", "4"));

    public void Dispose()
    {
        model.Dispose();
        data.Dispose();
    }

    private static Backbone Make(string name, params (string Key, string Value)[] options) => ModelCatalog.Create(
        new Choice(ModelCatalog.All.Get(name, name), options.ToDictionary(o => o.Key, o => o.Value)), classes: 4, 8, seed: 3);

    private static Attack Attacked(string name, params (string Key, string Value)[] options) => AttackCatalog.Create(
        new Choice(AttackCatalog.All.Get(name, name),
            options.Append(("target", $"{Target}")).ToDictionary(o => o.Item1, o => o.Item2)),
        new DatasetTraits("stripes", Target))!;

    private Evaluator Evaluator => new(model,
        new BatchLoader(data.Test, data.Mean, data.Std, 8, Augmentations.Centre, null, 32, Workers: 1), Seed: 7);

    [Fact]
    public void The_tokens_of_a_patch_in_the_corner_are_those_of_the_last_patches()
    {
        var found = TriggerTokens.Of(Evaluator, Attacked("badnets", ("corners", "one")), model.Grid);
        Assert.Equal((ClassToken, 17), (found.ClassToken, found.Count));
        Assert.True(found.IsLocal);
        // Of 4 x 4 patches the last one is the sequence's last token; whatever else the corner touches lies beside or above it.
        Assert.Contains(16, found.Tokens);
        Assert.All(found.Tokens, t => Assert.Contains(t, new[] { 11, 12, 15, 16 }));
    }

    [Fact]
    public void A_trigger_in_every_patch_has_no_tokens_of_its_own()
    {
        var found = TriggerTokens.Of(Evaluator, Attacked("patch-pixel"), model.Grid);
        Assert.Equal(16, found.Tokens.Count);
        Assert.False(found.IsLocal);
        Assert.DoesNotContain(KnockOut.For(found), k => k.Tokens.Count > 0);
    }

    [Theory]
    [InlineData(new[] { 16 }, new[] { 0 })]
    [InlineData(new[] { 10, 11 }, new[] { 5, 6 })]
    public void A_comparison_is_as_far_from_the_class_token_on_its_other_side(int[] trigger, int[] elsewhere) =>
        Assert.Equal(elsewhere, new TriggerTokens(trigger, ClassToken, 17).Elsewhere());

    [Fact]
    public void Where_the_other_side_is_the_trigger_s_own_tokens_are_drawn()
    {
        var trigger = new TriggerTokens([7, 9, 10], ClassToken, 17);
        IReadOnlyList<int> elsewhere = trigger.Elsewhere();
        Assert.Equal(3, elsewhere.Distinct().Count());
        Assert.Contains(6, elsewhere);
        Assert.DoesNotContain(elsewhere, t => t == ClassToken || trigger.Tokens.Contains(t));
    }

    [Fact]
    public void Each_knock_out_at_tokens_has_its_comparison_and_orders_leave_the_class_token_in_place()
    {
        IReadOnlyList<KnockOut> all = KnockOut.For(new TriggerTokens([16], ClassToken, 17));
        Assert.Equal(all.Count, all.DistinctBy(k => k.Name).Count());
        foreach (KnockOut at in all.Where(k => k.Tokens.Count > 0 && k.ControlOf is null))
            Assert.Equal(at.Tokens.Count, all.Single(k => k.ControlOf == at.Name).Tokens.Count);
        var order = (ScanOrder)all.Single(k => k.Name == "order").Change;
        Assert.Equal(Enumerable.Range(0, 17), order.Order.Order());
        Assert.Equal(ClassToken, order.Order[ClassToken]);
        Assert.DoesNotContain(all, k => k.Name == "horizon-32");
        // The convolutions bring a trigger to three neighbours.
        Assert.Equal([13, 14, 15, 16], all.Single(k => k.Name == "edge-cut").Tokens);
        Assert.Equal([13, 14, 15, 16], all.Single(k => k.Name == "zero-delta").Tokens);
        Assert.Equal([13], all.Single(k => k.Name == "state-reset").Tokens);
    }

    [Fact]
    public void Every_kind_can_be_asked_for()
    {
        string[] kinds =
        [
            "forward-cut", "backward-cut", "convolution-cut", "order", "horizon-4", "band-4", "band-17", "state-reset", "edge-cut",
            "zero-delta",
        ];
        var probe = new KnockOutProbe();
        ProbeFinding found = probe.Run(new ProbeSubject(Evaluator, Attacked("badnets", ("corners", "one")),
            new Choice(probe, new Dictionary<string, string> { ["pictures"] = "0", ["intervene"] = string.Join(' ', kinds) })));
        Assert.All(kinds, kind => Assert.NotNull(found[$"{kind}-asr-change"]));
        // All tokens are nearer than seventeen.
        Assert.Equal((0, 0), (found["band-17-acc-change"]!.Value, found["band-17-asr-change"]!.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_a_horizon_the_class_token_reads_as_many_tokens_as_with_a_band(bool reverse)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        var ops = new PlainOps(SelectiveScanLoop.Apply);
        var scan = new ScanInput(randn(2, 17, 4), randn(2, 17, 4), -rand(4, 3), randn(2, 17, 3), randn(2, 17, 3))
        {
            Softplus = true,
            Reverse = reverse,
        };
        Tensor whole = At(ops.Scan(scan));
        foreach (int tokens in new[] { 1, 2, 4, 8, 9, 16 })
        {
            Tensor horizon = At(new Horizon(tokens) { Reader = ClassToken }.Scan(scan, ops));
            Assert.True(horizon.allclose(At(new Band(tokens).Scan(scan, ops)), 1e-4, 1e-5), $"{tokens}");
            // The class token is the ninth from either side.
            Assert.Equal(tokens >= 9, horizon.allclose(whole, 1e-4, 1e-5));
        }

        static Tensor At(Tensor tokens) => tokens.select(1, ClassToken);
    }

    [Fact]
    public void A_trial_begins_with_the_network_s_own_shares_and_leaves_it_as_it_was()
    {
        Attack attack = Attacked("badnets");
        (CleanResult clean, TriggeredResult triggered) = Evaluator.Both(attack);
        List<double> shares = [];
        var probe = new KnockOutProbe();
        model.Precision = Precision.BFloat16;
        ProbeFinding found = probe.Run(
            new ProbeSubject(Evaluator, attack, new Choice(probe, new Dictionary<string, string> { ["pictures"] = "0" })),
            shares.Add);
        Assert.Equal(Precision.BFloat16, model.Precision);
        model.Precision = Precision.Float32;
        Assert.Null(found.Contradiction());
        Assert.Equal((clean.Acc.Value, triggered.Asr.Value), (found["acc"]!.Value, found["asr"]!.Value));
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1]);
        ProbeTable table = Assert.Single(found.Tables);
        foreach (IReadOnlyList<ProbeEntry> row in table.Rows.Skip(1))
        {
            // ACC and ASR with the knock-out are those without it and the changes.
            Assert.Equal(row[2].Number!.Value, clean.Acc.Value + row[3].Number!.Value, 12);
            Assert.Equal(row[4].Number!.Value, triggered.Asr.Value + row[5].Number!.Value, 12);
            Assert.Equal(row[5].Number, found[$"{row[0].Text}-asr-change"]);
        }
        Assert.Equal((clean.Acc, triggered.Asr), (Evaluator.Clean().Acc, Evaluator.Triggered(attack).Asr));
    }

    [Theory]
    [InlineData("resnet-mini", "", "", "badnets", "is no Vim")]
    [InlineData("vim", "ssm", "identity", "badnets", "one of the options that change a Vim")]
    [InlineData("vim", "ssm", "full", "none", "nobody attacks it")]
    [InlineData("vim", "steps", "short", "badnets", null)]
    [InlineData("vim-mini", "", "", "blend", null)]
    public void What_cannot_be_tried_is_known_from_the_study(string name, string option, string value, string attack, string? why)
    {
        Choice network = new(ModelCatalog.All.Get(name, name),
            option.Length == 0 ? [] : new Dictionary<string, string> { [option] = value });
        string? found = new KnockOutProbe().Unfit(network, new Choice(AttackCatalog.All.Get(attack, attack)));
        if (why is null) Assert.Null(found);
        else Assert.Contains(why, found, StringComparison.Ordinal);
    }
}
