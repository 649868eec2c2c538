using Postern.Configuration;
using Postern.Models;
using Postern.Models.Ops;
using Postern.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Gpu;

/// <summary>The kernels of a card against plain tensor operations, in values and every gradient.</summary>
[LongGroup("Gpu")]
[Collection(EmulatedCard.Collection)]
public class GpuOpsTests
{
    private const double Float32 = 8e-6, BFloat16 = 2e-2;

    /// <summary>Batch, tokens, channels, rank, states, window.</summary>
    public static TheoryData<int, int, int, int, int, int> ScanShapes() => new()
    {
        { 1, 1, 1, 1, 16, 0 }, { 2, 3, 40, 3, 16, 0 }, { 1, 4, 128, 8, 16, 0 }, { 2, 9, 129, 4, 5, 0 }, { 1, 21, 300, 24, 16, 8 },
        { 3, 13, 70, 2, 16, 5 },
    };

    public static TheoryData<string> Vims() =>
        [.. ModelCatalog.All.Select(e => e.Name).Where(n => n.StartsWith("vim", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(ScanShapes))]
    public void A_pair_of_scans_is_the_plain_one(int batch, int length, int channels, int rank, int states, int window) =>
        ComparePair(batch, length, channels, rank, states, window, ScalarType.Float32, Float32);

    [Theory]
    [MemberData(nameof(ScanShapes))]
    public void In_bfloat16_a_pair_is_the_plain_one_of_the_same_numbers_rounded(
        int batch, int length, int channels, int rank, int states, int window) =>
        ComparePair(batch, length, channels, rank, states, window, ScalarType.BFloat16, BFloat16);

    /// <summary>At the width of every Vim and a few tokens, which is all that differs from its own length.</summary>
    [Theory]
    [MemberData(nameof(Vims))]
    public void The_scans_convolutions_and_norms_of_every_Vim_are_the_plain_ones(string model)
    {
        var choice = new Choice(ModelCatalog.All.Get(model, "test"));
        VimConfig config;
        using (var vim = (Vim)ModelCatalog.Create(choice, 10, model.Contains('-', StringComparison.Ordinal)
            && !model.EndsWith("mini", StringComparison.Ordinal) && !model.EndsWith("cifar", StringComparison.Ordinal)
            ? 224 : 32, 0))
            config = vim.Config;
        int channels = 2 * config.EmbedDim;
        ComparePair(1, 18, channels, (config.EmbedDim + 15) / 16, config.StateSize, 0, ScalarType.Float32, Float32);
        CompareConvolutions(1, 37, channels, 4, ScalarType.Float32, Float32);
        CompareNorms(3, 17, config.EmbedDim, ScalarType.Float32, ScalarType.Float32, branch: true, Float32);
    }

    [Theory]
    [InlineData(1, 1, 1, 4)]
    [InlineData(2, 3, 129, 4)]
    [InlineData(1, 31, 8, 1)]
    [InlineData(2, 32, 8, 3)]
    [InlineData(3, 97, 130, 4)]
    public void Convolutions_in_both_directions_are_the_plain_ones(int batch, int length, int channels, int kernel)
    {
        CompareConvolutions(batch, length, channels, kernel, ScalarType.Float32, Float32);
        CompareConvolutions(batch, length, channels, kernel, ScalarType.BFloat16, BFloat16);
    }

    [Theory]
    [InlineData(1, 1, 2, false)]
    [InlineData(2, 5, 33, true)]
    [InlineData(3, 65, 40, true)]
    [InlineData(1, 130, 200, false)]
    public void Norms_with_and_without_a_branch_are_the_plain_ones(int batch, int length, int width, bool branch)
    {
        CompareNorms(batch, length, width, ScalarType.Float32, ScalarType.Float32, branch, Float32);
        CompareNorms(batch, length, width, ScalarType.BFloat16, ScalarType.BFloat16, branch, BFloat16);
    }

    [Fact]
    public void The_same_numbers_give_the_same_bits()
    {
        using DisposeScope scope = NewDisposeScope();
        float[][] runs = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            (Tensor y, Tensor[] leaves) = Pair(EmulatedCard.Ops, 2, 21, 140, 5, 16, 0, ScalarType.Float32);
            return (float[])[.. y.data<float>(), .. leaves.SelectMany(l => l.grad!.contiguous().data<float>())];
        })];
        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public void More_states_or_taps_than_there_are_kernels_for_are_computed_plainly()
    {
        using DisposeScope scope = NewDisposeScope();
        ComparePair(1, 5, 6, 2, 17, 0, ScalarType.Float32, Float32);
        CompareConvolutions(1, 9, 6, 5, ScalarType.Float32, Float32);
    }

    private static void ComparePair(
        int batch, int length, int channels, int rank, int states, int window, ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor y, Tensor[] leaves) = Pair(EmulatedCard.Ops, batch, length, channels, rank, states, window, type);
        (Tensor plain, Tensor[] twins) = Pair(ModelOps.Plain, batch, length, channels, rank, states, window, type);
        Near(plain, y, tolerance, "y");
        for (int i = 0; i < leaves.Length; i++) Near(twins[i].grad!, leaves[i].grad!, tolerance, $"gradient {i}");
    }

    /// <summary>
    /// y and leaves with gradients: the gate, and of each direction u, the projection, A, D, and the steps' two.
    /// </summary>
    private static (Tensor Y, Tensor[] Leaves) Pair(
        IModelOps ops, int batch, int length, int channels, int rank, int states, int window, ScalarType type)
    {
        random.manual_seed(5);
        Tensor z = Leaf(type, batch, length, channels);
        ScanDirection[] ways = [.. Enumerable.Range(0, 2).Select(_ => new ScanDirection(
            Leaf(type, batch, length, channels), Leaf(ScalarType.Float32, batch, length, rank + 2 * states),
            (-rand(channels, states) * 3 - 0.1).detach().requires_grad_(), Leaf(ScalarType.Float32, channels),
            Leaf(ScalarType.Float32, channels, rank), (randn(channels) - 2).detach().requires_grad_()))];
        Tensor y = ops.ScanPair(ways[0], ways[1], z, window);
        y.backward([randn(y.shape).to(ScalarType.BFloat16).to(y.dtype)]);
        return (y.detach(), [z, .. ways.SelectMany(w => new[] { w.U, w.Projected, w.A, w.D, w.DtWeight, w.DtBias })]);
    }

    private static void CompareConvolutions(int batch, int length, int channels, int kernel, ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor[] u, Tensor[] leaves) = Run(EmulatedCard.Ops, both: true);
        (Tensor[] plain, Tensor[] twins) = Run(ModelOps.Plain, both: true);
        Same();
        foreach (bool reverse in new[] { false, true })
        {
            (u, leaves) = Run(EmulatedCard.Ops, both: false, reverse);
            (plain, twins) = Run(ModelOps.Plain, both: false, reverse);
            Same();
        }

        void Same()
        {
            for (int i = 0; i < u.Length; i++) Near(plain[i], u[i], tolerance, $"u {i}");
            for (int i = 0; i < leaves.Length; i++)
            {
                Assert.Equal(twins[i].grad is null, leaves[i].grad is null);
                if (twins[i].grad is Tensor grad) Near(grad, leaves[i].grad!, tolerance, $"gradient {i}");
            }
        }

        (Tensor[] U, Tensor[] Leaves) Run(IModelOps ops, bool both, bool reverse = false)
        {
            random.manual_seed(6);
            Tensor x = Leaf(type, batch, length, channels);
            Tensor[] p = [.. new long[][] { [channels, kernel], [channels], [channels, kernel], [channels] }
                .Select(shape => Leaf(ScalarType.Float32, shape))];
            if (!both)
            {
                Tensor one = ops.Convolve(x, (p[0], p[1]), reverse);
                one.backward([Slope(one)]);
                return ([one.detach()], [x, p[0], p[1]]);
            }
            (Tensor back, Tensor ahead) = ops.ConvolvePair(x, (p[0], p[1]), (p[2], p[3]));
            ((back.to(ScalarType.Float32) * Slope(back).to(ScalarType.Float32)).sum()
                + (ahead.to(ScalarType.Float32) * Slope(ahead).to(ScalarType.Float32)).sum()).backward();
            return ([back.detach(), ahead.detach()], [x, .. p]);
        }
    }

    private static void CompareNorms(
        int batch, int length, int width, ScalarType ofBranch, ScalarType ofNorm, bool branch, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor[] results, Tensor[] leaves) = Run(EmulatedCard.Ops);
        (Tensor[] plain, Tensor[] twins) = Run(ModelOps.Plain);
        for (int i = 0; i < results.Length; i++) Near(plain[i], results[i], tolerance, $"result {i}");
        for (int i = 0; i < leaves.Length; i++) Near(twins[i].grad!, leaves[i].grad!, tolerance, $"gradient {i}");

        (Tensor[] Results, Tensor[] Leaves) Run(IModelOps ops)
        {
            random.manual_seed(7);
            Tensor x = Leaf(ScalarType.Float32, batch, length, width), weight = Leaf(ScalarType.Float32, width);
            Tensor? added = branch ? Leaf(ofBranch, batch, length, width) : null;
            (Tensor sum, Tensor normed) = ops.AddNorm(x, added, weight, ofNorm);
            Tensor loss = (normed.to(ScalarType.Float32) * Slope(normed).to(ScalarType.Float32)).sum();
            if (branch) loss += (sum * Slope(sum)).sum();
            loss.backward();
            return ([sum.detach(), normed.detach()], added is null ? [x, weight] : [x, weight, added]);
        }
    }

    /// <summary>Numbers that bfloat16 holds, so that both types begin with the same.</summary>
    private static Tensor Leaf(ScalarType type, params long[] shape) =>
        randn(shape).to(ScalarType.BFloat16).to(type).detach().requires_grad_();

    private static Tensor Slope(Tensor like) => randn(like.shape).to(ScalarType.BFloat16).to(like.dtype);

    private static void Near(Tensor expected, Tensor found, double tolerance, string what)
    {
        float error = TensorDifference.Of(found.to(ScalarType.Float32), expected.to(ScalarType.Float32));
        Assert.True(error <= tolerance, $"{what}: off by {error:e2} of its largest value, allowed {tolerance:e1}");
    }
}
