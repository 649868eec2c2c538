using Postern.Defences.Filters;
using Postern.Defences.TrainingRules;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>Compares what filters of the training set and ABL's losses compute with the reference, number for number.</summary>
[Trait("Category", "Golden")]
public class FilterGoldenTests
{
    public static TheoryData<string> Clusterings() => Of("activation_clustering");

    public static TheoryData<string> Signatures() => Of("spectral_signatures");

    public static TheoryData<string> Scans() => Of("scan_detector");

    public static TheoryData<string> Isolations() => Of("abl_isolation");

    public static TheoryData<string> Losses() => Of("abl_loss");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Clusterings))]
    public void Small_clusters_are_found_and_removed(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor features = golden.Tensor("features");
        int classes = (int)golden.Number("classes"), components = (int)golden.Number("components");
        int[] labels = golden.Integers("labels");
        int[][] members = TrainingFeatures.ByLabel(labels, classes);
        double share = golden.Number("share");
        var filter = new ActivationClustering(components, share, Restarts: 30);
        double[] separable = golden.Doubles("separable"), shares = golden.ExpectedAll("share"),
            silhouettes = golden.ExpectedAll("silhouette"), inertia = golden.ExpectedAll("inertia"),
            cluster = golden.ExpectedAll("cluster");
        var parts = new TwoMeans?[classes];
        for (int c = 0; c < classes; c++)
        {
            Tensor rows = TrainingFeatures.Rows(features, members[c]);
            parts[c] = filter.Split(rows, seed: 1, c);
            if (parts[c] is not TwoMeans two) continue;
            (Tensor projected, Tensor singular) = ActivationClustering.Project(rows, components);
            golden.AssertTensor($"singular_{c}", singular);
            golden.AssertTensor($"projected_{c}", Signed(projected));
            Assert.True(two.Inertia <= inertia[c] * (1 + golden.Number("inertia_slack")) + 1e-9,
                $"{c}: {two.Inertia}, {inertia[c]}");
            if (separable[c] == 0)
            {
                Assert.Equal(shares[c] < share, two.Share < share);
                continue;
            }
            Assert.Equal(shares[c], two.Share, 1e-10);
            Assert.Equal(members[c].Select(i => cluster[i] == 1), two.InSmaller);
            if (members[c].Length > 2)
                Assert.Equal(silhouettes[c], two.Silhouette(ActivationClustering.Project(rows, components).Projected), 1e-8);
        }
        FilterVerdict verdict = ActivationClustering.Judge(members, parts, share);
        golden.AssertEqual("suspicious_classes", verdict.Flagged!);
        golden.AssertEqual("removed", verdict.Removed);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Signatures))]
    public void Outliers_along_the_first_direction_are_removed(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor features = golden.Tensor("features");
        int classes = (int)golden.Number("classes");
        int[] labels = golden.Integers("labels");
        int[][] members = TrainingFeatures.ByLabel(labels, classes);
        double[][] scores = [.. members.Select(m => SpectralSignatures.Scores(TrainingFeatures.Rows(features, m)))];
        double[] byIndex = new double[labels.Length];
        foreach ((int[] m, double[] s) in members.Zip(scores))
            foreach ((int i, double score) in m.Zip(s)) byIndex[i] = score;
        golden.AssertEqual("score", byIndex);
        int[] budgets = [.. members.Select(m => SpectralSignatures.Budget(m.Length, labels.Length, golden.Number("rate")))];
        golden.AssertEqual("budget", budgets);
        golden.AssertEqual("removed", SpectralSignatures.Highest(members, scores, budgets));
        int[] flagged = [.. golden.Parameters.GetProperty("flagged_classes").EnumerateArray().Select(c => c.GetInt32())];
        golden.AssertEqual("removed_flagged",
            SpectralSignatures.Highest(members, scores, [.. budgets.Select((b, c) => flagged.Contains(c) ? b : 0)]));
        golden.AssertEqual("removed_percentile", SpectralSignatures.Above(members, scores, golden.Number("percentile")));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Scans))]
    public void Labels_that_hold_two_groups_are_told_by_the_single_mean_of_the_fit(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        double[] start = golden.Doubles("start");
        int restarts = (int)golden.Number("restarts");
        bool[][] starts = [.. start.Chunk(start.Length / restarts).Select(s => s.Select(v => v >= 0.5).ToArray())];
        ScanTest test = ScanTest.Of(golden.Tensor("features"), golden.Integers("labels"), golden.Tensor("clean_features"),
            golden.Integers("clean_labels"), (int)golden.Number("classes"), starts);
        golden.AssertTensor("S_u", test.Between);
        golden.AssertTensor("S_e", test.Within);
        golden.AssertEqual("split", test.Splits.SelectMany(s => s));
        golden.AssertEqual("score_restarts", test.Scores.SelectMany(s => s));
        golden.AssertEqual("best_restart", test.Best);
        golden.AssertEqual("score", test.Score);
        golden.AssertEqual("index", test.Index);
        double[] theta = [.. golden.Parameters.GetProperty("theta").EnumerateArray().Select(t => t.GetDouble())];
        foreach ((string name, double cut) in new[] { ("e", theta[0]), ("e2", theta[1]) })
        {
            golden.AssertEqual($"flagged_{name}", test.Verdict(cut).Flagged!);
            golden.AssertEqual($"removed_{name}", test.Verdict(cut).Removed);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Isolations))]
    public void The_lowest_losses_are_isolated_by_a_truncated_count(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        Tensor losses = nn.functional.cross_entropy(golden.Tensor("logits"), golden.Tensor("labels", ScalarType.Int64),
            reduction: nn.Reduction.None);
        golden.AssertTensor("loss", losses);
        double[] values = losses.data<double>().ToArray();
        foreach ((int i, double ratio) in golden.Parameters.GetProperty("ratios").EnumerateArray()
            .Select(r => r.GetDouble()).Index())
            golden.AssertEqual($"isolated_{i}", AblLoss.Isolated(values, ratio));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Losses))]
    public void Losses_of_a_batch_are_held_and_turned_as_the_reference(string manifest)
    {
        using DisposeScope scope = NewDisposeScope();
        var golden = new DefenceGolden(manifest);
        foreach ((string name, Func<Tensor, Tensor> of) in new (string, Func<Tensor, Tensor>)[]
        {
            ("ce", l => l.mean()), ("flooding", l => AblLoss.Flooding(l, golden.Number("flooding"))),
            ("lga", l => AblLoss.LocalAscent(l, golden.Number("gamma"))), ("ascent", AblLoss.Ascent),
        })
        {
            Tensor logits = golden.Tensor("logits").requires_grad_();
            Tensor loss = of(nn.functional.cross_entropy(logits, golden.Tensor("labels", ScalarType.Int64),
                reduction: nn.Reduction.None));
            loss.backward();
            golden.AssertTensor(name, loss);
            golden.AssertTensor($"grad_{name}", logits.grad!);
        }
    }

    private static TheoryData<string> Of(string wanted) => [.. GoldenFolder.Manifests(kind => kind == wanted)];

    /// <summary>Each column with its entry of the largest magnitude positive.</summary>
    private static Tensor Signed(Tensor columns)
    {
        Tensor largest = columns.gather(0, columns.abs().argmax(0, keepdim: true));
        return columns * largest.sign();
    }
}
