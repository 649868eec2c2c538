using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>One part of a scan at some tokens taken from another run.</summary>
public sealed class ScanPatchTests : IDisposable
{
    private readonly Backbone model = BlockTapTests.Make("vim");

    public void Dispose() => model.Dispose();

    private static readonly int[] Tokens = [3, 8];

    [Theory]
    [InlineData(ScanPart.U)]
    [InlineData(ScanPart.Delta)]
    [InlineData(ScanPart.B)]
    [InlineData(ScanPart.C)]
    [InlineData(ScanPart.Gate)]
    public void A_part_is_the_other_run_s_at_its_tokens_and_all_else_is_the_scan_s_own(ScanPart part)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        (List<ScanReading> own, List<ScanReading> other) = Scans();
        foreach (ScanReading scan in own)
        {
            ScanInput mine = scan.Input, theirs = other[own.IndexOf(scan)].Input;
            ScanInput byHand = part switch
            {
                ScanPart.U => mine with { U = Mixed(mine.U, theirs.U) },
                ScanPart.Delta => mine with { Delta = Mixed(mine.Delta, theirs.Delta) },
                ScanPart.B => mine with { B = Mixed(mine.B, theirs.B) },
                ScanPart.C => mine with { C = Mixed(mine.C, theirs.C) },
                _ => mine with { Z = Mixed(mine.Z!, theirs.Z!) },
            };
            Tensor patched = new ScanPatch(part, Tokens, other[0], other[1]).Gated(mine, ModelOps.Cpu);
            Assert.True(TensorDifference.Of(patched, SelectiveScanLoop.Apply(byHand)) < 1e-5);
            Assert.True(TensorDifference.Of(patched, SelectiveScanLoop.Apply(mine)) > 1e-5);
        }

        static Tensor Mixed(Tensor mine, Tensor theirs)
        {
            Tensor mixed = mine.clone();
            foreach (int token in Tokens) mixed.select(1, token).copy_(theirs.select(1, token));
            return mixed;
        }
    }

    [Fact]
    public void A_state_is_the_other_run_s_once_its_tokens_are_read_and_goes_on_with_the_scan_s_own_input()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        (List<ScanReading> own, List<ScanReading> other) = Scans();
        foreach (ScanReading scan in own)
        {
            Tensor theirs = other[own.IndexOf(scan)].States(), h = zeros_like(theirs.select(1, 0));
            var rows = new Tensor[17];
            for (int step = 0; step < 17; step++)
            {
                int t = scan.Reverse ? 16 - step : step;
                Tensor delta = scan.Delta.select(1, t).unsqueeze(-1);
                h = (delta * scan.A).exp() * h + delta * scan.U.select(1, t).unsqueeze(-1) * scan.B.select(1, t).unsqueeze(1);
                if (Tokens.Contains(t)) h = theirs.select(1, t);
                rows[t] = (h * scan.C.select(1, t).unsqueeze(1)).sum(-1);
            }
            Tensor expected = scan.Input.Output(stack(rows, 1));
            Tensor patched = new ScanPatch(ScanPart.State, Tokens, other[0], other[1]).Gated(scan.Input, ModelOps.Cpu);
            Assert.True(TensorDifference.Of(patched, expected) < 1e-5);
        }
    }

    /// <summary>Both directions of one block's scans of some pictures and of others.</summary>
    private (List<ScanReading> Own, List<ScanReading> Other) Scans()
    {
        // Its own draws: other tests draw from the common ones beside it.
        using var draws = new Generator(7);
        return (Of(randn([2, 3, 8, 8], generator: draws)), Of(randn([2, 3, 8, 8], generator: draws)));

        List<ScanReading> Of(Tensor pictures)
        {
            List<ScanReading> scans = [];
            using (model.Taps.WatchScans((_, scan) => scans.Add(scan),
                name => name.StartsWith("layers.1.", StringComparison.Ordinal)))
                model.forward(pictures);
            return scans;
        }
    }
}
