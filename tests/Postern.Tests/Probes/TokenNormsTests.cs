using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;
using Postern.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public class TokenNormsTests
{
    private static readonly TokenNormsProbe Probe = new();

    [Theory]
    [InlineData("vim")]
    [InlineData("deit")]
    public void Numbers_are_those_of_the_streams_by_hand(string family)
    {
        using var stripes = new ProbedStripes(family);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        TriggerTokens trigger = TriggerTokens.Of(stripes.Evaluator, ProbedStripes.Corner, stripes.Model.Grid!);
        (Tensor clean, Tensor triggered) = stripes.Pictures(ProbedStripes.Corner);
        (Tensor before, Tensor after) = (Multiples(clean), Multiples(triggered));                         // [blocks, B, L]
        Tensor at = tensor(trigger.Tokens.Select(t => (long)t).ToArray());
        Near(before.amax([2L]).mean(), "largest-clean");
        Near(after.amax([2L]).mean(), "largest-triggered");
        Near(after.index_select(2, at).mean(), "trigger-triggered");
        Near((after - before).index_select(2, at).mean(), "trigger-change");
        Assert.Equal(stripes.Model.Blocks.Count, found.Tables.Single().Rows.Count);

        void Near(Tensor expected, string name) =>
            Assert.Equal(expected.ToDouble(), found[name]!.Value, Math.Abs(expected.ToDouble()) * 1e-4 + 1e-6);

        Tensor Multiples(Tensor pictures)
        {
            List<Tensor> lengths = [];
            using (stripes.Model.Taps.Watch((_, stream) => lengths.Add(linalg.norm(stream.to(float64), 2.0, dims: [2L])),
                stripes.Model.Blocks.Contains)) stripes.Model.forward(pictures);
            Tensor all = stack(lengths, 0);
            // An odd number of tokens has one in the middle.
            Assert.Equal(1, all.shape[2] % 2);
            return all / all.kthvalue((all.shape[2] + 1) / 2, 2, keepdim: true).values;
        }
    }

    [Fact]
    public void Who_does_not_see_the_picture_has_no_longer_tokens_for_a_trigger()
    {
        using var stripes = new ProbedStripes("vim");
        stripes.Blind();
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Equal(3, found.Numbers.Count(n => n.Name.EndsWith("-change", StringComparison.Ordinal)));
        Assert.All(found.Numbers.Where(n => n.Name.EndsWith("-change", StringComparison.Ordinal)),
            n => Assert.Equal(0, n.Value.Value));
    }

    [Fact]
    public void A_token_that_is_made_long_is_the_longest()
    {
        using var stripes = new ProbedStripes("vim");
        using (stripes.Model.Taps.Replace(stripes.Model.Blocks.Contains, (_, stream) =>
        {
            Tensor longer = stream.clone();
            longer.select(1, 2).mul_(50);
            return longer;
        }))
        {
            ProbeFinding found = Probe.Run(stripes.Subject(Probe, ProbedStripes.Corner),
                cancel: TestContext.Current.CancellationToken);
            Assert.True(found["largest-clean"]!.Value > 20);
        }
    }

    [Fact]
    public void Maps_are_no_tokens()
    {
        Choice attack = new(AttackCatalog.All.Get("badnets", "test"));
        Assert.Contains("maps", Probe.Unfit(new Choice(ModelCatalog.All.Get("mambaout", "test")), attack), StringComparison.Ordinal);
        Assert.Null(Probe.Unfit(new Choice(ModelCatalog.All.Get("vim", "test")), attack));
    }
}
