using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class RandomStreamTests
{
    [Fact]
    public void The_hash_and_the_mixer_are_the_published_ones()
    {
        Assert.Equal(0xAF63DC4C8601EC8CUL, RandomStream.Fnv1a("a"));
        Assert.Equal(0x277D75376E9677C7UL, RandomStream.Mix(1UL ^ RandomStream.Fnv1a("x")));
        var stream = new RandomStream(0x277D75376E9677C7UL);
        Assert.Equal(-0.34782480319873965, 2 * stream.NextDouble() - 1);
        Assert.Equal(-0.613958269653311, 2 * stream.NextDouble() - 1);
    }

    [Fact]
    public void A_key_fixes_the_stream_and_any_other_key_changes_it()
    {
        ulong first = RandomStream.For(1, "plan", 2, 3, 4).NextUInt64();
        Assert.Equal(first, RandomStream.For(1, "plan", 2, 3, 4).NextUInt64());
        ulong[] others =
        [
            RandomStream.For(2, "plan", 2, 3, 4).NextUInt64(), RandomStream.For(1, "order", 2, 3, 4).NextUInt64(),
            RandomStream.For(1, "plan", 3, 2, 4).NextUInt64(), RandomStream.For(1, "plan", 2, 4, 3).NextUInt64(),
            RandomStream.For(1, "plan", 2, 3).NextUInt64(), RandomStream.For(1, "plan", -1, 3, 4).NextUInt64(),
        ];
        Assert.DoesNotContain(first, others);
        Assert.Equal(others.Length, others.Distinct().Count());
    }

    [Fact]
    public void Integers_are_uniform_over_their_range()
    {
        RandomStream stream = RandomStream.For(5, "test");
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[stream.NextInt(7)]++;
        Assert.All(counts, c => Assert.InRange(c, 9_600, 10_400));
        Assert.Equal([3, 4, 5], Enumerable.Range(0, 100).Select(_ => stream.NextInt(3, 5)).Distinct().Order());
    }

    [Fact]
    public void A_permutation_holds_every_index_once_and_every_place_is_likely()
    {
        int[] firsts = new int[5];
        for (int i = 0; i < 20_000; i++)
        {
            int[] order = RandomStream.For(i, "order").Permutation(5);
            Assert.Equal([0, 1, 2, 3, 4], order.Order());
            firsts[order[0]]++;
        }
        Assert.All(firsts, c => Assert.InRange(c, 3_700, 4_300));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.8)]
    [InlineData(3.0)]
    public void Mixups_weights_have_the_moments_of_the_beta_distribution(double alpha)
    {
        RandomStream stream = RandomStream.For(9, "mixup");
        double[] weights = [.. Enumerable.Range(0, 40_000).Select(_ => stream.NextBeta(alpha, alpha))];
        Assert.All(weights, w => Assert.InRange(w, 0, 1));
        Assert.Equal(0.5, weights.Average(), 0.01);
        Assert.Equal(1 / (4 * (2 * alpha + 1)), weights.Average(w => (w - 0.5) * (w - 0.5)), 0.005);
    }

    [Fact]
    public void Normals_have_mean_0_and_variance_1()
    {
        RandomStream stream = RandomStream.For(4, "normal");
        double[] values = [.. Enumerable.Range(0, 40_000).Select(_ => stream.NextNormal())];
        Assert.Equal(0, values.Average(), 0.02);
        Assert.Equal(1, values.Average(v => v * v), 0.03);
    }
}
