using Postern.Defences.Scans;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Filters;

/// <summary>What SCAn computes of features: covariances of the clean ones, a split of each label, and how much better two means
/// are.
/// </summary>
internal sealed record ScanTest
{
    private const double Stop = 1e-5, Same = 1e-7;
    private const int Rounds = 100;

    /// <summary>Covariance of class means, [d, d].</summary>
    public required Tensor Between { get; init; }

    /// <summary>Covariance within classes, [d, d].</summary>
    public required Tensor Within { get; init; }

    /// <summary>[restarts][inspected + clean], whether a sample ended in group 1.</summary>
    public required bool[][] Splits { get; init; }

    /// <summary>[restarts][classes].</summary>
    public required double[][] Scores { get; init; }

    /// <summary>[classes], the first restart with the highest score.</summary>
    public required int[] Best { get; init; }

    private IReadOnlyList<int> Labels { get; init; } = [];
    private int Inspected { get; init; }

    /// <summary>[classes], the best score.</summary>
    public IReadOnlyList<double> Score => [.. Best.Select((restart, c) => Scores[restart][c])];

    /// <summary>[classes], how far a score lies from the median, in deviations that the median of distances gives.</summary>
    public IReadOnlyList<double> Index => IndexOf(Score);

    /// <summary>
    /// [classes], the same of what all samples of a label gain together. Two means fit a few dozen samples well whatever they
    /// are, so that by the gain of one sample the smallest labels stand out.
    /// </summary>
    public IReadOnlyList<double> WholeIndex =>
        IndexOf([.. Score.Select((score, c) => score * Labels.Count(l => l == c))]);

    /// <summary>Tests every label.</summary>
    /// <param name="features">[N, d], float64, inspected.</param>
    /// <param name="labels">[N].</param>
    /// <param name="clean">[M, d], float64.</param>
    /// <param name="cleanLabels">[M].</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="starts">[restarts][N + M], the groups at first.</param>
    /// <param name="cancel">Stops it.</param>
    public static ScanTest Of(Tensor features, IReadOnlyList<int> labels, Tensor clean,
        IReadOnlyList<int> cleanLabels, int classes,
        bool[][] starts, CancellationToken cancel = default)
    {
        (Tensor between, Tensor within) = Covariances(clean, cleanLabels, classes, cancel);
        Tensor all = cat([features, clean]), metric = linalg.pinv(within);
        all = all - all.mean([0], keepdim: true);
        int[] every = [.. labels, .. cleanLabels];
        int[][] members = TrainingFeatures.ByLabel(every, classes);
        bool[][] splits = [.. starts.Select(s => s.ToArray())];
        double[][] scores = [.. starts.Select(_ => new double[classes])];
        for (int c = 0; c < classes; c++)
        {
            if (members[c].Length == 0) continue;
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor x = TrainingFeatures.Rows(all, members[c]);
            Tensor single = SingleMean(x, between, within, metric);
            for (int r = 0; r < starts.Length; r++)
            {
                bool[] group = Split(x, metric, [.. members[c].Select(i => starts[r][i])]);
                for (int i = 0; i < group.Length; i++) splits[r][members[c][i]] = group[i];
                scores[r][c] = Gain(x, metric, single, group);
            }
        }
        int[] best = [.. Enumerable.Range(0, classes).Select(c =>
        {
            double highest = scores.Max(s => s[c]);
            return Array.FindIndex(scores, s => s[c] >= highest - Same * Math.Abs(highest));
        })];
        return new ScanTest
        {
            Between = between,
            Within = within,
            Splits = splits,
            Scores = scores,
            Best = best,
            Labels = every,
            Inspected = labels.Count,
        };
    }

    /// <summary>
    /// The labels whose index exceeds <paramref name="theta"/>, and their inspected samples in the group with fewer clean
    /// members.
    /// </summary>
    /// <param name="theta">Index above which a label is flagged.</param>
    /// <param name="whole">Whether by <see cref="WholeIndex"/>, otherwise by <see cref="Index"/>.</param>
    public FilterVerdict Verdict(double theta, bool whole = false)
    {
        IReadOnlyList<double> index = whole ? WholeIndex : Index;
        int[] flagged = [.. Enumerable.Range(0, index.Count).Where(c => index[c] > theta)];
        return new FilterVerdict([.. flagged.SelectMany(Suspicious).Order()], flagged);
    }

    private static IReadOnlyList<double> IndexOf(IReadOnlyList<double> scores)
    {
        double largest = scores.Max();
        return AnomalyIndex.Of([.. scores.Select(s => s / largest)]).Index;
    }

    private IEnumerable<int> Suspicious(int label)
    {
        bool[] group = Splits[Best[label]];
        int[] members = [.. Enumerable.Range(0, Labels.Count).Where(i => Labels[i] == label)];
        int first = members.Count(i => i >= Inspected && group[i]), second = members.Count(i => i >= Inspected && !group[i]);
        return members.Where(i => i < Inspected && group[i] == first < second);
    }

    /// <summary>EM of z = mean of the class + noise, over samples, until the covariances stay.</summary>
    private static (Tensor Between, Tensor Within) Covariances(
        Tensor clean, IReadOnlyList<int> labels, int classes, CancellationToken cancel)
    {
        Tensor x = clean - clean.mean([0], keepdim: true);
        int[][] members = TrainingFeatures.ByLabel(labels, classes);
        Tensor row = tensor([.. labels.Select(l => (long)l)]);
        Tensor sums = zeros([classes, x.shape[1]], float64).index_add(0, row, x, 1);
        Tensor counts = tensor([.. members.Select(m => Math.Max(1.0, m.Length))]).unsqueeze(1);
        Tensor means = (sums / counts).index_select(0, row);
        (Tensor between, Tensor within) = (Covariance(means), Covariance(x - means));
        for (int round = 0; round < Rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            (Tensor lastBetween, Tensor lastWithin) = (between, within);
            Tensor factor = between.matmul(linalg.pinv(within));
            // -G_k of the paper: the sign cancels with that of the update.
            Tensor own = stack([.. members.Select((m, k) => m.Length == 0 ? zeros(x.shape[1], float64)
                : within.matmul(linalg.pinv(m.Length * between + within)).matmul(factor).matmul(sums[k]))]).index_select(0, row);
            (between, within) = (Covariance(own), Covariance(x - own));
            if (Norm(between - lastBetween) + Norm(within - lastWithin) <= Stop) break;
        }
        return (between, within);
    }

    /// <summary>numpy's cov: centred once more, divided by n - 1.</summary>
    private static Tensor Covariance(Tensor rows)
    {
        Tensor centred = rows - rows.mean([0], keepdim: true);
        return centred.transpose(0, 1).matmul(centred) / (rows.shape[0] - 1);
    }

    private static double Norm(Tensor matrix) => matrix.square().sum().sqrt().item<double>();

    /// <summary>The mean that one group has under the model: sum of S_e (n S_u + S_e)^+ S_u S_e^+ x.</summary>
    private static Tensor SingleMean(Tensor x, Tensor between, Tensor within, Tensor metric) =>
        within.matmul(linalg.pinv(x.shape[0] * between + within)).matmul(between).matmul(metric).matmul(x.sum([0]));

    /// <summary>
    /// Two groups by repeated assignment to the nearer mean; a sample joins group 1 where that is strictly nearer.
    /// </summary>
    private static bool[] Split(Tensor x, Tensor metric, bool[] group)
    {
        if (group.Length == 1) return [false];
        if (!group.Contains(true)) group[0] = true;
        if (!group.Contains(false)) group[0] = false;
        for (int round = 0; round < Rounds; round++)
        {
            using DisposeScope scope = NewDisposeScope();
            if (!group.Contains(true) || !group.Contains(false)) break;
            (Tensor u1, Tensor u2) = (Mean(x, group, true), Mean(x, group, false));
            double bias = u1.dot(metric.matmul(u1)).item<double>() - u2.dot(metric.matmul(u2)).item<double>();
            double[] along = x.matmul(metric).matmul(u1 - u2).data<double>().ToArray();
            bool[] next = [.. along.Select(a => bias - 2 * a < 0)];
            bool still = next.SequenceEqual(group) || next.Zip(group).All(p => p.First != p.Second);
            group = next;
            if (still) break;
        }
        return group;
    }

    private static Tensor Mean(Tensor x, bool[] group, bool which) =>
        TrainingFeatures.Rows(x, [.. Enumerable.Range(0, group.Length).Where(i => group[i] == which)]).mean([0]);

    /// <summary>The mean over samples of |x - single|^2 - |x - own group's mean|^2, in the metric.</summary>
    private static double Gain(Tensor x, Tensor metric, Tensor single, bool[] group)
    {
        if (!group.Contains(true) || !group.Contains(false))
            return (Squares(x - single, metric) - Squares(x - x.mean([0]), metric)).mean().item<double>();
        Tensor inFirst = tensor(group).unsqueeze(1).to(ScalarType.Float64);
        Tensor means = inFirst * Mean(x, group, true) + (1 - inFirst) * Mean(x, group, false);
        return (Squares(x - single, metric) - Squares(x - means, metric)).mean().item<double>();
    }

    private static Tensor Squares(Tensor rows, Tensor metric) => (rows.matmul(metric) * rows).sum(1);
}
