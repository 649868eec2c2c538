using Postern.Defences.Scans;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>
/// Compares what scans of models compute with the reference: forms of triggers, their search, and the verdicts.
/// </summary>
[Trait("Category", "Golden")]
public class ModelScanGoldenTests
{
    public static TheoryData<string> Forms() =>
        [.. GoldenFolder.Manifests(kind => kind is "nc_stamp" or "nc_patch_mask" or "nc_tile")];

    public static TheoryData<string> Indices() => [.. GoldenFolder.Manifests(kind => kind is "nc_index")];

    public static TheoryData<string> Schedules() => [.. GoldenFolder.Manifests(kind => kind is "nc_schedule")];

    public static TheoryData<string> Margins() => [.. GoldenFolder.Manifests(kind => kind is "mm_bd_margin")];

    public static TheoryData<string> Searches() => [.. GoldenFolder.Manifests(kind => kind is "mm_bd_search")];

    public static TheoryData<string> Chances() => [.. GoldenFolder.Manifests(kind => kind is "mm_bd_pvalue")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Forms))]
    public void Triggers_are_planted_measured_and_differentiated_as_the_reference(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor x = golden.Tensor("x");
        (int, int) shift = default;
        if (golden.Parameters.TryGetProperty("shift", out var moved)) shift = (moved[0].GetInt32(), moved[1].GetInt32());
        using TriggerForm form = golden.Kind switch
        {
            "nc_stamp" => PixelMask.Of(golden.Tensor("a"), golden.Tensor("p")),
            "nc_patch_mask" => PatchMask.Of(golden.Tensor("a"), golden.Tensor("p"), (int)golden.Number("patch")),
            _ => RecurringTile.Of(golden.Tensor("tile"), (int)x.shape[2], (int)x.shape[3]),
        };
        Tensor stamped = form.Stamp(x, shift), size = form.Size();
        golden.AssertTensor("stamped", stamped);
        golden.AssertTensor(golden.Kind == "nc_stamp" ? "norm" : "statistic", size);
        if (form is PixelMask mask)
        {
            golden.AssertTensor("mask", mask.Mask);
            golden.AssertTensor("pattern", mask.Pattern);
        }
        if (form is PatchMask patches)
        {
            golden.AssertTensor("mask", patches.Mask);
            golden.AssertTensor("mask_patches", patches.Patches);
        }
        double weight = golden.Parameters.TryGetProperty("lambda", out var lambda) ? lambda.GetDouble() : 0;
        ((stamped * golden.Tensor("grad_out")).sum() + weight * size).backward();
        if (form is RecurringTile) golden.AssertTensor("grad_tile", form.Free[0].grad!);
        else
        {
            golden.AssertTensor("grad_a", form.Free[0].grad!);
            golden.AssertTensor("grad_p", form.Free[1].grad!);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Indices))]
    public void Outliers_are_told_by_the_ordinary_median(string manifest)
    {
        var golden = new DefenceGolden(manifest);
        double[] norms = golden.Doubles("norm");
        AnomalyIndex anomaly = AnomalyIndex.Of(norms);
        golden.AssertEqual("median", anomaly.Median);
        golden.AssertEqual("mad", anomaly.Mad);
        golden.AssertEqual("index", anomaly.Index);
        IReadOnlyList<int> small = anomaly.Small(norms, golden.Number("cut"));
        golden.AssertEqual("flagged", Enumerable.Range(0, norms.Length).Select(small.Contains));
        golden.AssertEqual("target", small.Count == 0 ? -1 : small.MaxBy(c => anomaly.Index[c]));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Schedules))]
    public void The_weight_of_the_size_moves_as_the_reference(string manifest)
    {
        var golden = new DefenceGolden(manifest);
        var cost = new TriggerCost(golden.Number("init_cost"), golden.Number("cost_multiplier"), (int)golden.Number("patience"),
            golden.Number("success"));
        double[] reached = golden.Doubles("success"), norms = golden.Doubles("norm");
        var costs = new List<double>();
        int stopped = -1;
        for (int epoch = 0; epoch < reached.Length; epoch++)
        {
            if (!cost.Stopped) cost.Finish(reached[epoch], norms[epoch]);
            if (cost.Stopped && stopped < 0) stopped = epoch;
            costs.Add(cost.Lambda);
        }
        golden.AssertEqual("cost", costs);
        golden.AssertEqual("best_epoch", cost.BestEpoch ?? -1);
        golden.AssertEqual("best_norm", cost.BestEpoch is null ? 0 : cost.Best);
        golden.AssertEqual("stop_epoch", stopped);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Margins))]
    public void Margins_are_those_of_the_reference(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor logits = golden.Tensor("logits");
        Tensor margins = stack([.. Enumerable.Range(0, (int)logits.shape[0]).Select(t => MmBd.Margins(logits[t], t))]);
        golden.AssertTensor("margin", margins);
        golden.AssertTensor("r", margins.amax([1]));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Searches))]
    public void The_descent_stops_where_the_reference_does(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor start = golden.Tensor("start"), w1 = golden.Tensor("W1"), b1 = golden.Tensor("b1"), w2 = golden.Tensor("W2"),
            b2 = golden.Tensor("b2");
        (double Margin, int Evaluations)[] found =
        [
            .. Enumerable.Range(0, (int)start.shape[0]).Select(t => MmBd.Search(
                x => nn.functional.linear(nn.functional.linear(x.flatten(1), w1, b1).tanh(), w2, b2), start[t], t,
                golden.Number("lr"), (int)golden.Number("max_steps"))),
        ];
        golden.AssertEqual("margin", found.Select(f => f.Margin));
        golden.AssertEqual("evaluations", found.Select(f => f.Evaluations));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Chances))]
    public void The_chance_of_the_largest_margin_follows_from_a_gamma_distribution_at_0(string manifest)
    {
        var golden = new DefenceGolden(manifest);
        double[] margins = golden.Doubles("margin");
        (int suspect, double p) = MmBd.Judge(margins);
        golden.AssertEqual("arg_max", suspect);
        golden.AssertEqual("r_max", margins[suspect]);
        GammaFit fit = GammaFit.Of([.. margins.Where((_, c) => c != suspect)]);
        golden.AssertEqual("shape_loc0", fit.Shape);
        golden.AssertEqual("scale_loc0", fit.Scale);
        golden.AssertEqual("p_loc0", p);
        golden.AssertEqual("backdoor_loc0", [p < golden.Number("cut")]);
    }
}
