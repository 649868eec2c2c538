using FsCheck;
using FsCheck.Fluent;
using Postern.Learning;
using Postern.Tests.Attacks;
using static TorchSharp.torch;

namespace Postern.Tests.Learning;

public class PgdTests
{
    private static readonly Gen<Pgd> Settings =
        from norm in Gen.Elements(PgdNorm.LInf, PgdNorm.L2)
        from epsilon in Gen.Choose(1, 400)
        from step in Gen.Choose(1, 400)
        from steps in Gen.Choose(1, 6)
        select new Pgd(norm, epsilon / 100.0, step / 100.0, steps);

    [Fact]
    public void A_perturbed_picture_never_leaves_the_ball_nor_the_range()
    {
        var cases = from pgd in Settings
                    from seed in Gen.Choose(0, 1000)
                    from random in Gen.Elements(true, false)
                    select (pgd,
            seed, random);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            using var scope = NewDisposeScope();
            Tensor x = Pictures(c.seed, 3), labels = tensor([0L, 1L, 2L]);
            Tensor? start = c.random ? c.pgd.RandomStart([4, 5, 6], 8, c.seed) : null;
            Tensor a = c.pgd.Perturb(x, labels, Network(c.seed), start), delta = a - x;
            double farthest = c.pgd.Norm == PgdNorm.LInf
                ? delta.abs().max().item<float>()
                : delta.square().sum([1, 2, 3]).sqrt().max().item<float>();
            return farthest <= c.pgd.Epsilon * (1 + 1e-5) && a.min().item<float>() >= 0 && a.max().item<float>() <= 1;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Theory]
    [InlineData(PgdNorm.LInf, 8 / 255.0, 1.5 / 255)]
    [InlineData(PgdNorm.L2, 1.0, 0.1)]
    public void The_true_label_becomes_less_likely_for_every_picture(PgdNorm norm, double epsilon, double step)
    {
        using var scope = NewDisposeScope();
        Tensor x = Pictures(1, 16), labels = tensor([.. Enumerable.Range(0, 16).Select(i => (long)(i % 3))]);
        Func<Tensor, Tensor> network = Network(2);
        Tensor before = Loss(network(x)), after = Loss(network(new Pgd(norm, epsilon, step, 10).Perturb(x, labels, network)));
        Assert.All(before.data<float>().Zip(after.data<float>()), l => Assert.True(l.Second > l.First + 0.01f));

        Tensor Loss(Tensor logits) => nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None);
    }

    [Fact]
    public void A_picture_without_gradient_stays_where_it_is()
    {
        using var scope = NewDisposeScope();
        Tensor x = Pictures(1, 2), labels = tensor([0L, 1L]);
        foreach (PgdNorm norm in Enum.GetValues<PgdNorm>())
        {
            Tensor a = new Pgd(norm, 1, 0.5, 3).Perturb(x, labels, pictures => pictures.flatten(1)[.., ..3] * 0);
            Assert.Equal(x.data<float>(), a.data<float>());
        }
    }

    [Fact]
    public void The_network_s_own_gradients_are_not_touched()
    {
        using var scope = NewDisposeScope();
        using var linear = nn.Linear(3 * 8 * 8, 3);
        new Pgd(PgdNorm.LInf, 0.1, 0.05, 2)
            .Perturb(Pictures(1, 2), tensor([0L, 1L]), pictures => linear.forward(pictures.flatten(1)));
        Assert.Null(linear.weight!.grad);
    }

    [Theory]
    [InlineData(PgdNorm.LInf)]
    [InlineData(PgdNorm.L2)]
    public void A_random_start_depends_on_the_sample_and_not_on_its_batch(PgdNorm norm)
    {
        using var scope = NewDisposeScope();
        var pgd = new Pgd(norm, 0.5, 0.1, 1);
        Tensor both = pgd.RandomStart([3, 9], 8, seed: 1, epoch: 2), alone = pgd.RandomStart([9], 8, seed: 1, epoch: 2);
        Assert.Equal(both[1].data<float>(), alone[0].data<float>());
        Assert.NotEqual(both[0].data<float>(), both[1].data<float>());
        Assert.NotEqual(alone.data<float>(), pgd.RandomStart([9], 8, seed: 1, epoch: 3).data<float>());
        double length = norm == PgdNorm.LInf ? both.abs().max().item<float>() : both.square().sum([1, 2, 3]).sqrt().max()
            .item<float>();
        Assert.InRange(length, 0.01, 0.5 * (1 + 1e-6));
    }

    private static Tensor Pictures(long seed, int count) =>
        cat([.. Enumerable.Range(0, count).Select(i => tensor(RandomPicture.Draw(8, seed + i).Pixels, [1, 3, 8, 8]))]);

    // A fixed random layer with a bend, three classes.
    private static Func<Tensor, Tensor> Network(long seed)
    {
        Tensor weight = tensor([.. Enumerable.Range(0, 3).SelectMany(i => RandomPicture.Draw(8, seed + 100 + i).Pixels)],
            [3, 192]) - 0.5f;
        return pictures => (pictures.flatten(1) - 0.5f).tanh().matmul(weight.t());
    }
}
