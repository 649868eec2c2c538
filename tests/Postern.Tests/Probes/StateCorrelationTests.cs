using Postern.Models;
using Postern.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public class StateCorrelationTests
{
    private static readonly StateCorrelationProbe Probe = new();

    [Fact]
    public void Products_are_what_a_logit_gains_where_a_state_grows_by_a_share_of_itself()
    {
        using var stripes = new ProbedStripes("vim");
        using DisposeScope scope = NewDisposeScope();
        (_, Tensor pictures) = stripes.Pictures(ProbedStripes.Corner);
        var model = (Vim)stripes.Model;
        int[] classes = [.. Enumerable.Range(0, (int)pictures.shape[0]).Select(i => i % 4)];
        model.eval();
        (var products, Tensor logits) = StateProducts.Of(model, pictures, classes);
        Assert.Equal(StateProducts.States.Count * model.Blocks.Count, products.Count);
        Assert.Equal(classes.Length, logits.shape[0]);
        foreach (((int block, string state), Tensor product) in products)
        {
            string tap = $"layers.{block}.mixer." + state switch
            {
                "x" or "z" => "xz",
                "c-forward" => "fwd.conv",
                "c-backward" => "bwd.conv",
                "y-forward" => "fwd.y_gated",
                _ => "bwd.y_gated",
            };
            // Token by token, so that the order of a scan from the last one on shows.
            foreach (int token in new[] { 0, 5 })
            {
                double gain = (Sum(0.01) - Sum(-0.01)) / 0.02;
                Assert.Equal(gain, product.select(1, token).sum().ToDouble(), 2e-3 + Math.Abs(gain) * 0.02);

                double Sum(double share)
                {
                    using var noGrad = no_grad();
                    using IDisposable change = model.Taps.Replace(name => name == tap, (_, value) =>
                    {
                        Tensor grown = value.clone();                                                         // [B, E or 2 E, L]
                        int place = tap.Contains("bwd", StringComparison.Ordinal) ? (int)value.shape[2] - 1 - token : token;
                        Tensor part = tap.EndsWith("xz", StringComparison.Ordinal)
                            ? grown.chunk(2, 1)[state == "x" ? 0 : 1] : grown;
                        part.select(2, place).mul_(1 + share);
                        return grown;
                    });
                    return model.forward(pictures).to(float64).gather(1, classes.Index(logits).unsqueeze(1)).sum().ToDouble();
                }
            }
        }
    }

    [Fact]
    public void What_points_to_the_trigger_overlaps_with_it_and_with_nothing_else()
    {
        using DisposeScope scope = NewDisposeScope();
        var trigger = new TriggerTokens([6, 7], ClassToken: 4, Count: 9);
        var seen = new StateCorrelations(trigger, 0.3);
        Tensor product = zeros([3, 9, 4], float32);
        product[TensorIndex.Colon, 6] = 1f;
        product[TensorIndex.Colon, 7, 0] = 2f;                 // half of the other's four
        product[TensorIndex.Colon, 1] = -9f;                   // what takes away points nowhere
        product[TensorIndex.Colon, 4] = tensor(new[] { 8f, 4f, 2f, -8f });
        product[1, 4] = tensor(new[] { 8f, 0f, 4f, 8f });
        seen.Add(new Dictionary<(int, string), Tensor> { [(0, "x")] = product }, [2, 2, 2], [true, true, true]);
        seen.Add(new Dictionary<(int, string), Tensor> { [(0, "x")] = product }, [5, 5, 5], [true, false, false]);
        Assert.Equal((4, 1), (seen.Count, seen.Blocks));
        Assert.Equal([1.0, 1, 1, 1], Assert.Single(seen.Overlap("x")));
        Assert.Equal([0.0, 0, 0, 0], Assert.Single(seen.OverlapElsewhere("x")));
        Assert.Equal([0.5, 0.75, 0.5, 0.5], Assert.Single(seen.Channels("x")));
        Assert.Equal([0.25, 0.25], Assert.Single(seen.Agreement("x")));
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 0.5, 0], seen.Places("x"));
    }

    [Fact]
    public void Pictures_that_the_trigger_does_not_move_are_not_looked_at()
    {
        using var stripes = new ProbedStripes("vim");
        stripes.Teach(ProbedStripes.Corner);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Equal(7 * StateProducts.States.Count, found.Numbers.Count);
        Assert.All(found.Numbers, n => Assert.InRange(n.Value.Value, 0, 1));
        using (no_grad())
        {
            foreach (var p in stripes.Model.parameters()) p.zero_();
        }
        Assert.Contains("works on none", Assert.Single(stripes.Run(Probe, ProbedStripes.Corner).Notes), StringComparison.Ordinal);
    }
}
