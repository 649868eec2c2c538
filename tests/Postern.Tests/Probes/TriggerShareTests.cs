using Postern.Configuration;
using Postern.Models;
using Postern.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public class TriggerShareTests
{
    private static readonly TriggerShareProbe Probe = new();

    [Fact]
    public void Of_a_Vim_shares_are_those_of_its_mixers_whole_matrices()
    {
        using var stripes = new ProbedStripes("vim");
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        IReadOnlyList<int> tokens = TriggerTokens.Of(stripes.Evaluator, ProbedStripes.Corner, stripes.Model.Grid!).Tokens;
        int reader = stripes.Model.Grid!.ClassToken;
        (Tensor clean, Tensor triggered) = stripes.Pictures(ProbedStripes.Corner);
        (double[] before, double[] after) = (ByHand(clean, m => m.Lambda()), ByHand(triggered, m => m.Lambda()));
        for (int block = 0; block < 3; block++)
            Assert.Equal(after[block] - before[block], found[$"block-{block + 1}-share-change"]!.Value, 1e-5);
        Assert.Equal(after.Average(), found["share-triggered"]!.Value, 1e-5);
        Assert.Equal(ByHand(triggered, m => m.ThroughState()).Average() - ByHand(clean, m => m.ThroughState()).Average(),
            found["state-share-change"]!.Value, 1e-5);
        Assert.Equal(
            ByHand(triggered, m => m.ThroughConvolution()).Average() - ByHand(clean, m => m.ThroughConvolution()).Average(),
            found["convolution-share-change"]!.Value, 1e-5);

        double[] ByHand(Tensor pictures, Func<MixerAttention, Tensor> part)
        {
            List<Tensor> directions = [];
            using (stripes.Model.Taps.WatchScans((_, scan) => directions.Add(part(MixerAttention.Of(scan)))))
                stripes.Model.forward(pictures);
            return [.. directions.Chunk(2).Select(pair =>
                MixerAttention.Share((pair[0] + pair[1]) / 2, reader, tokens).mean().ToDouble())];
        }
    }

    [Fact]
    public void Of_a_DeiT_shares_are_those_of_its_class_token_s_attention()
    {
        using var stripes = new ProbedStripes("deit");
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        List<double> shares = [];
        TriggerTokens trigger = TriggerTokens.Of(stripes.Evaluator, ProbedStripes.Corner, stripes.Model.Grid!);
        Assert.Equal(0, trigger.ClassToken);
        Assert.Contains(16, trigger.Tokens);
        using IDisposable tap = stripes.Model.Taps.Watch(
            (_, weights) => shares.Add(trigger.Tokens.Sum(t => weights.select(2, 0).select(2, t).mean().ToDouble())),
            name => name.EndsWith("weights", StringComparison.Ordinal));
        stripes.Model.forward(stripes.Pictures(ProbedStripes.Corner).Triggered);
        Assert.Equal(shares.Average(), found["share-triggered"]!.Value, 1e-5);
        Assert.Null(found["state-share-change"]);
    }

    [Theory]
    [InlineData("vim")]
    [InlineData("deit")]
    public void Who_does_not_see_the_picture_takes_in_the_same_with_the_trigger(string family)
    {
        using var stripes = new ProbedStripes(family);
        stripes.Blind();
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Equal((0, 0), (found["share-change"]!.Value, found["elsewhere-share-change"]!.Value));
        Assert.All(found.Maps.Where(m => m.IsDiverging).SelectMany(m => m.Values), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_class_token_that_looks_at_brightness_gives_the_trigger_s_place_another_share()
    {
        using var stripes = new ProbedStripes("deit");
        using (no_grad())
        {
            // The first channel of a patch is its brightness, and the only one that queries and keys are made of.
            foreach ((string name, TorchSharp.Modules.Parameter value) in stripes.Model.named_parameters())
            {
                if (name is "patch_embed.proj.weight" or "pos_embed" or "cls_token") value.zero_();
                if (name == "patch_embed.proj.weight") value.narrow(0, 0, 1).fill_(1);
                if (name == "cls_token") value.narrow(2, 0, 1).fill_(1);
                if (!name.EndsWith("qkv.weight", StringComparison.Ordinal)) continue;
                value.narrow(0, 0, 32).zero_();
                for (int head = 0; head < 2; head++)
                    foreach (long row in new[] { 8L * head, 16 + 8L * head }) value[row, 0] = 2;
            }
        }
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.True(found["block-1-share-change"] is { Low: > 0 } or { High: < 0 });
        Assert.Equal(3, found.Tables.Single().Rows.Count);
    }

    [Fact]
    public void A_trigger_in_every_patch_has_no_share_of_its_own_but_the_class_token_s_reach_is_told()
    {
        using var stripes = new ProbedStripes("vim");
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Attacked("patch-pixel"));
        Assert.Null(found["share-triggered"]);
        Assert.InRange(found["reach-triggered"]!.Value, 0, 8);
        Assert.Empty(found.Tables);
        Assert.Equal([16, 16, 51], found.Maps.Select(m => m.Values.Count));
    }

    [Theory]
    [InlineData("resnet-mini", "badnets", "is no Vim")]
    [InlineData("deit", "none", "nobody attacks it")]
    [InlineData("vim", "triggered", "stored ones")]
    [InlineData("deit", "badnets", null)]
    public void What_cannot_be_tried_is_known_from_the_study(string model, string attack, string? why)
    {
        string? found = Probe.Unfit(new Choice(ModelCatalog.All.Get(model, "test")),
            new Choice(Postern.Attacks.AttackCatalog.All.Get(attack, "test")));
        if (why is null) Assert.Null(found);
        else Assert.Contains(why, found, StringComparison.Ordinal);
    }
}
