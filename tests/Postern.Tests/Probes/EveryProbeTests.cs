using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;
using Postern.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

/// <summary>What holds of all probes.</summary>
public class EveryProbeTests
{
    public static TheoryData<string> Families => Models.BlockTapTests.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void A_probe_that_fits_runs_and_leaves_the_network_as_it_was(string family)
    {
        using var stripes = new ProbedStripes(family);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        stripes.Model.train();
        Tensor pictures = rand(4, 3, 8, 8);
        Tensor before = Logits();
        Choice model = new(ModelCatalog.All.Get(family, "test")), attack = new(AttackCatalog.All.Get("badnets", "test"));
        foreach (Probe probe in ProbeCatalog.All)
        {
            if (probe.Unfit(model, attack) is not null) continue;
            ProbeFinding found = stripes.Run(probe, ProbedStripes.Corner, ("pictures", "6"));
            Assert.True(found.Numbers.Count + found.Notes.Count > 0, probe.Name);
            Assert.True(stripes.Model.training, probe.Name);
            Assert.True(Logits().Equals(before), probe.Name);
        }

        Tensor Logits()
        {
            stripes.Model.eval();
            Tensor logits = stripes.Model.forward(pictures);
            stripes.Model.train();
            return logits;
        }
    }

    [Fact]
    public void Every_probe_says_so_where_no_test_picture_counts_for_the_attack()
    {
        using var stripes = new ProbedStripes("vim");
        // Pictures of stripes have four classes.
        Attack attack = (TaCT)ProbedStripes.Attacked("tact", ("source_class", "0"), ("cover_classes", "2")) with
        {
            SourceClass = 7,
        };
        Assert.All(ProbeCatalog.All, probe => Assert.Contains("no test picture counts",
            probe.Run(stripes.Subject(probe, attack), cancel: TestContext.Current.CancellationToken).Notes.Single(),
            StringComparison.Ordinal));
    }

    [Fact]
    public void Every_probe_stops_where_it_is_told_to()
    {
        using var stripes = new ProbedStripes("vim");
        foreach (Probe probe in ProbeCatalog.All)
        {
            using var stopped = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() =>
                probe.Run(stripes.Subject(probe, ProbedStripes.Corner), _ => stopped.Cancel(), stopped.Token));
            Assert.False(stripes.Model.Taps.Any);
        }
    }
}
