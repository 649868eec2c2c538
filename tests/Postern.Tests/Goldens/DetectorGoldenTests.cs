using Postern.Defences.Detectors;
using Postern.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>Compares what detectors of inputs compute with the reference, number for number.</summary>
[Trait("Category", "Golden")]
public class DetectorGoldenTests
{
    public static TheoryData<string> Strips() => [.. GoldenFolder.Manifests(kind => kind is "strip_blend" or "strip_entropy")];

    public static TheoryData<string> ScaleUps() => [.. GoldenFolder.Manifests(kind => kind is "scale_up" or "scale_up_images")];

    public static TheoryData<string> IbdPscs() => [.. GoldenFolder.Manifests(kind => kind is "ibd_psc")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Strips))]
    public void Strip_lays_over_measures_and_flags_as_the_reference(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        if (golden.Kind == "strip_blend")
        {
            golden.AssertTensor("blended", Strip.Blend(golden.Tensor("x"), golden.Tensor("pool"),
                golden.Tensor("overlay_index", ScalarType.Int64), golden.Number("alpha")));
            return;
        }
        double[] held = Entropies("heldout"), clean = Entropies("clean"), triggered = Entropies("triggered");
        double tau = Strip.Threshold(held, golden.Number("q"));
        golden.AssertEqual("tau", tau);
        var scale = new ScoreScale("entropy", tau, LowRaises: true) { Exclusive = true };
        golden.AssertEqual("flag_clean", clean.Select(scale.Alarms));
        golden.AssertEqual("flag_triggered", triggered.Select(scale.Alarms));
        AssertRates(golden, "", clean, triggered, scale);
        golden.AssertEqual("tpr_at_fpr05", new RocCurve(clean, triggered, lowRaises: true).TruePositivesAt(0.05).Value);

        double[] Entropies(string which)
        {
            Tensor entropy = Strip.Entropy(golden.Tensor($"p_{which}"));
            golden.AssertTensor($"entropy_{which}", entropy);
            return entropy.data<double>().ToArray();
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ScaleUps))]
    public void Scale_up_scales_and_scores_as_the_reference(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        if (golden.Kind == "scale_up_images")
        {
            int[] scales = [.. golden.Parameters.GetProperty("scales").EnumerateArray().Select(s => s.GetInt32())];
            golden.AssertTensor("scaled", ScaleUp.Scaled(golden.Tensor("x"), scales));
            return;
        }
        int[] cleanPredicted = golden.Integers("pred_clean"), predicted = golden.Integers("pred");
        double[] clean = [.. cleanPredicted.Zip(golden.Rows("pred_clean_scaled"), ScaleUp.Consistency)];
        double[] spc = [.. predicted.Zip(golden.Rows("pred_scaled"), ScaleUp.Consistency)];
        golden.AssertEqual("spc_clean", clean);
        golden.AssertEqual("spc", spc);
        (double mean, double deviation) = ScaleUp.Moments(clean);
        golden.AssertEqual("mean", mean);
        golden.AssertEqual("std", deviation);
        double[] z = ScaleUp.Standardised(spc, predicted, clean, cleanPredicted, minimum: null);
        golden.AssertEqual("z", z);
        Assert.Equal(ScaleUp.ClassMinimum, golden.Number("per_class_minimum"));
        double[] perClass = ScaleUp.Standardised(spc, predicted, clean, cleanPredicted, ScaleUp.ClassMinimum);
        golden.AssertEqual("z_per_class", perClass);
        var scale = new ScoreScale("consistency", golden.Number("T"), LowRaises: false);
        int[] triggered = golden.Integers("triggered");
        foreach ((string form, double[] scores) in new[] { ("free", spc), ("limited", z), ("per_class", perClass) })
        {
            golden.AssertEqual($"flag_{form}", scores.Select(scale.Alarms));
            AssertRates(golden, $"_{form}", Where(scores, triggered, 0), Where(scores, triggered, 1), scale);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(IbdPscs))]
    public void Ibd_psc_finds_its_depth_and_scores_as_the_reference(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor probabilities = golden.Tensor("softmax_scaled"), answer = golden.Tensor("pred", ScalarType.Int64);
        int norms = (int)probabilities.shape[0], models = (int)golden.Number("n");
        int? depth = IbdPsc.Depth(golden.Doubles("clean_error"), norms, golden.Number("xi"));
        golden.AssertEqual("k_star", depth ?? -1);
        if (depth is not int deep) return;
        double[] psc = new double[answer.shape[0]];
        for (int k = deep; k < deep + models; k++)
        {
            double[] confidence = IbdPsc.Confidence(probabilities[k], answer);
            for (int i = 0; i < psc.Length; i++) psc[i] += confidence[i] / models;
        }
        golden.AssertEqual("psc", psc);
        var scale = new ScoreScale("confidence", golden.Number("T"), LowRaises: false);
        golden.AssertEqual("flag", psc.Select(scale.Alarms));
        int[] triggered = golden.Integers("triggered");
        double[] hit = Where(psc, triggered, 1), clean = Where(psc, triggered, 0);
        AssertRates(golden, "", clean, hit, scale);
        int found = hit.Count(scale.Alarms), wrong = clean.Count(scale.Alarms);
        golden.AssertEqual("f1", 2.0 * found / (found + wrong + hit.Length));
    }

    private static double[] Where(double[] scores, int[] triggered, int wanted) =>
        [.. scores.Zip(triggered).Where(s => s.Second == wanted).Select(s => s.First)];

    private static void AssertRates(DefenceGolden golden, string suffix, double[] clean, double[] triggered, ScoreScale scale)
    {
        golden.AssertEqual($"auroc{suffix}", new RocCurve(clean, triggered, scale.LowRaises).Area);
        golden.AssertEqual($"tpr{suffix}", triggered.Count(scale.Alarms) / (double)triggered.Length);
        golden.AssertEqual($"fpr{suffix}", clean.Count(scale.Alarms) / (double)clean.Length);
    }
}
