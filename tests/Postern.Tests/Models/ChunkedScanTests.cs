using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>The scan in chunks against the plain loop, in values, last state and every gradient.</summary>
public class ChunkedScanTests
{
    private const int Batch = 2, Channels = 6, States = 4, Rank = 3;

    /// <summary>Tokens, groups of B, groups of C (0: one for all, -1: constant), window, from the last token on.</summary>
    public static TheoryData<int, int, int, int, bool> Shapes() => new()
    {
        { 1, 0, 0, 0, false }, { 2, 0, 0, 0, true }, { 3, 2, 0, 0, false }, { 16, 0, -1, 0, true }, { 17, -1, 3, 0, false },
        { 65, 0, 0, 0, true }, { 65, 0, 0, 8, false }, { 30, 2, 2, 7, true }, { 12, -1, -1, 1, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void It_is_the_plain_scan(int length, int groupsOfB, int groupsOfC, int window, bool reverse)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] Run(Func<ScanInput, Tensor> by, out ScanInput scan)
        {
            random.manual_seed(9);
            Tensor Of(params long[] shape) => randn(shape, ScalarType.Float64).requires_grad_();
            Tensor Matrix(int groups) => groups switch
            {
                -1 => Of(Channels, States),
                0 => Of(Batch, length, States),
                _ => Of(Batch, length, groups, States),
            };
            (Tensor u, Tensor delta, Tensor z) = (Of(Batch, length, Channels), Of(Batch, length, Rank),
                Of(Batch, length, Channels));
            Tensor a = (-rand(Channels, States, ScalarType.Float64) * 3).requires_grad_();
            (Tensor b, Tensor c, Tensor d, Tensor bias) = (Matrix(groupsOfB), Matrix(groupsOfC), Of(Channels), Of(Channels));
            Tensor weight = Of(Channels, Rank);
            scan = new ScanInput(u, delta, a, b, c)
            {
                D = d,
                Z = z,
                DeltaBias = bias,
                DtWeight = weight,
                Softplus = true,
                Reverse = reverse,
                Window = window,
            };
            Tensor y = by(scan);
            y.backward([randn(y.shape, ScalarType.Float64)]);
            return [y.detach(), .. new[] { u, delta, z, a, b, c, d, bias, weight }.Select(leaf => leaf.grad!)];
        }
        Tensor[] plain = Run(SelectiveScanLoop.Apply, out _), chunked = Run(ChunkedScan.Apply, out ScanInput input);
        for (int i = 0; i < plain.Length; i++)
            Assert.True((chunked[i] - plain[i]).abs().max().item<double>() < 1e-11 * (1 + plain[i].abs().max().item<double>()),
                $"result {i}");
        Tensor last = SelectiveScanLoop.States(input).select(1, reverse ? 0 : length - 1);
        Assert.True((ChunkedScan.LastState(input) - last).abs().max().item<double>() < 1e-11);
    }

    /// <summary>The decay of a whole chunk is then far below what the type holds, and of no token above 1.</summary>
    [Theory]
    [InlineData(1f)]
    [InlineData(1000f)]
    public void Large_steps_neither_overflow_nor_lose_what_a_chunk_begins_with(float scale)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(3);
        Tensor u = randn(1, 40, 5).requires_grad_(), delta = (rand(1, 40, 5) * scale).detach().requires_grad_();
        var scan = new ScanInput(u, delta, -arange(1, 5).to(ScalarType.Float32).expand(5, 4), randn(1, 40, 4), randn(1, 40, 4));
        Tensor plain = SelectiveScanLoop.Apply(scan), chunked = ChunkedScan.Apply(scan);
        Assert.True(TensorDifference.Of(chunked, plain) < 1e-5);
        chunked.sum().backward();
        Assert.True(u.grad!.isfinite().all().item<bool>() && delta.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_pair_of_narrow_rows_is_computed_as_plainly()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(4);
        ScanDirection Way() => new(randn(2, 11, 6).to(ScalarType.BFloat16), randn(2, 11, 2 + 2 * 20), -rand(6, 20), randn(6),
            randn(6, 2), randn(6));
        (ScanDirection there, ScanDirection back) = (Way(), Way());
        Tensor z = randn(2, 11, 6).to(ScalarType.BFloat16);
        Tensor plain = ModelOps.Plain.ScanPair(there, back, z, 4), chunked = ModelOps.Chunked.ScanPair(there, back, z, 4);
        Assert.Equal(plain.dtype, chunked.dtype);
        Assert.True(TensorDifference.Of(chunked, plain) < 1e-5);
    }

    [Fact]
    public void It_stays_on_the_device_of_its_tensors()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor On(params long[] shape) => zeros(shape, device: META);
        Tensor y = ChunkedScan.Apply(
            new ScanInput(On(2, 10, 6), On(2, 10, 6), On(6, 4), On(2, 10, 4), On(6, 4)) { Window = 3 });
        Assert.Equal([2, 10, 6], y.shape);
        Assert.Equal(DeviceType.META, y.device_type);
    }
}
