using Postern.Models;
using Postern.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public class MemoryTests
{
    private static readonly MemoryProbe Probe = new();

    [Fact]
    public void Numbers_are_those_of_the_scans_by_hand()
    {
        using var stripes = new ProbedStripes("vim");
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        PatchGrid grid = stripes.Model.Grid!;
        TriggerTokens trigger = TriggerTokens.Of(stripes.Evaluator, ProbedStripes.Corner, grid);
        (Tensor clean, Tensor triggered) = stripes.Pictures(ProbedStripes.Corner);
        (List<ScanReading> before, List<ScanReading> after) = (Scans(clean), Scans(triggered));
        Tensor at = tensor(trigger.Tokens.Select(t => (long)t).ToArray());
        Near(after.Average(s => s.Delta.index_select(1, at).mean().ToDouble()), "step-triggered");
        Near(after.Average(s => s.Delta.index_select(1, at).mean().ToDouble())
            - before.Average(s => s.Delta.index_select(1, at).mean().ToDouble()), "step-change");
        // h by hand, a token at a time, and its difference where the class token reads.
        Near(before.Zip(after).Average(pair =>
        {
            Tensor h = StateAt(pair.First, grid.ClassToken), other = StateAt(pair.Second, grid.ClassToken);
            return ((other - h).flatten(1).norm(1) / h.flatten(1).norm(1)).mean().ToDouble();
        }), "state-difference-class-token");
        // The trigger lies behind the class token: what is left of it is the backward scans'.
        Near(after.Where(s => s.Reverse).Average(s => trigger.Tokens.Average(t => LeftOf(s, t, grid.ClassToken))),
            "left-triggered");

        void Near(double expected, string name) =>
            Assert.Equal(expected, found[name]!.Value, Math.Abs(expected) * 1e-3 + 1e-6);

        List<ScanReading> Scans(Tensor pictures)
        {
            List<ScanReading> scans = [];
            using (stripes.Model.Taps.WatchScans((_, scan) => scans.Add(scan))) stripes.Model.forward(pictures);
            return scans;
        }
    }

    [Fact]
    public void Before_the_first_block_s_scan_meets_the_trigger_its_state_is_not_moved_and_afterwards_it_is()
    {
        using var stripes = new ProbedStripes("vim");
        ProbeCurve moved = stripes.Run(Probe, ProbedStripes.Corner).Curves[0];
        Assert.Equal(17, moved.Series[0].Y.Count);
        // In the first block alone the trigger is only where it is; later ones spread it. Forwards it comes last.
        Assert.True(moved.Series[0].Y[16] > 3 * moved.Series[0].Y[0]);
        Assert.True(moved.Series[1].Y[16] > 3 * moved.Series[1].Y[0]);
    }

    [Fact]
    public void Who_does_not_see_the_picture_remembers_no_trigger()
    {
        using var stripes = new ProbedStripes("vim");
        stripes.Blind();
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.All(found.Numbers.Where(n => n.Name.EndsWith("-change", StringComparison.Ordinal)),
            n => Assert.Equal(0, n.Value.Value));
        Assert.Equal((0, 0),
            (found["state-difference-trigger"]!.Value, found["state-difference-class-token"]!.Value));
    }

    [Fact]
    public void Larger_steps_make_half_lives_and_what_is_left_smaller()
    {
        using var stripes = new ProbedStripes("vim");
        ProbeFinding before = stripes.Run(Probe, ProbedStripes.Corner);
        using (no_grad())
            foreach ((string name, TorchSharp.Modules.Parameter value) in stripes.Model.named_parameters())
                if (name.Contains("dt_proj", StringComparison.Ordinal) && value.dim() == 1) value.add_(2);
        ProbeFinding after = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.True(after["step-clean"]!.Value > 1.5 * before["step-clean"]!.Value);
        foreach (string smaller in new[] { "half-life-clean", "left-clean", "radius-clean" })
            Assert.True(after[smaller]!.Value < before[smaller]!.Value, smaller);
        Assert.InRange(after["influence-triggered"]!.Value, 0, 1);
    }

    [Fact]
    public void Each_scan_s_own_steps_and_half_lives_are_told_apart()
    {
        using var stripes = new ProbedStripes("vim");
        ProbeFinding before = stripes.Run(Probe, ProbedStripes.Corner);
        using (no_grad())
        {
            foreach ((string name, TorchSharp.Modules.Parameter value) in stripes.Model.named_parameters())
            {
                // The last block's alone: what others do depends on what they are given.
                if (name.EndsWith("1.mixer.dt_proj_b.bias", StringComparison.Ordinal)) value.add_(2);
            }
        }
        ProbeFinding after = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Equal(1, after["step-forward"]!.Value / before["step-forward"]!.Value, 3);
        Assert.Equal(1, after["half-life-forward"]!.Value / before["half-life-forward"]!.Value, 3);
        Assert.True(after["step-backward"]!.Value > 1.3 * before["step-backward"]!.Value);
        Assert.True(after["half-life-backward"]!.Value < before["half-life-backward"]!.Value);
    }

    [Fact]
    public void A_trigger_in_every_patch_has_all_patches_for_its_place_and_no_other_tokens_to_compare_with()
    {
        using var stripes = new ProbedStripes("vim");
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Attacked("patch-pixel"));
        Assert.NotNull(found["step-change"]);
        Assert.DoesNotContain(found.Numbers, n => n.Name.StartsWith("elsewhere", StringComparison.Ordinal));
        Assert.InRange(found["state-difference-trend"]!.Value, -1, 1);
    }

    /// <summary>h once a token is read, [B, E, N], by the plain recurrence.</summary>
    private static Tensor StateAt(ScanReading scan, int token)
    {
        Tensor h = zeros(scan.U.shape[0], scan.U.shape[2], scan.A.shape[1]);
        int length = (int)scan.U.shape[1];
        for (int t = scan.Reverse ? length - 1 : 0; scan.Reverse ? t >= token : t <= token; t += scan.Reverse ? -1 : 1)
        {
            Tensor step = scan.Delta.select(1, t).unsqueeze(-1);
            h = (step * scan.A).exp() * h + step * scan.U.select(1, t).unsqueeze(-1) * scan.B.select(1, t).unsqueeze(1);
        }
        return h;
    }

    /// <summary>The mean of exp(A (sum of steps behind a token up to the class token)).</summary>
    private static double LeftOf(ScanReading scan, int token, int reader)
    {
        Tensor sum = zeros_like(scan.Delta.select(1, 0));
        for (int t = Math.Min(token, reader); t <= Math.Max(token, reader); t++)
            if (t != token) sum = sum + scan.Delta.select(1, t);
        return (sum.unsqueeze(-1) * scan.A).exp().mean().ToDouble();
    }
}
