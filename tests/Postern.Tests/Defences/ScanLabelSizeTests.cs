using Postern.Defences.Filters;
using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Defences;

/// <summary>SCAn on a set whose labels are of very different sizes, as those of GTSRB.</summary>
public sealed class ScanLabelSizeTests
{
    private const int Classes = 20, Directions = 16, Small = 12, Poisoned = 15;

    [Fact]
    public void A_poisoned_label_stands_out_of_small_ones_by_what_all_its_samples_gain()
    {
        using DisposeScope scope = NewDisposeScope();
        RandomStream stream = RandomStream.For(3, "scan-sizes", 0);
        double[][] means = [.. Enumerable.Range(0, Classes).Select(_ => Noise(2, ref stream))];
        var (features, labels) = Samples(c => c < Small ? 18 : 300, poisons: 250, means, ref stream);
        var (clean, cleanLabels) = Samples(c => c < Small ? 2 : 15, poisons: 0, means, ref stream);
        bool[][] starts = [[.. Enumerable.Range(0, labels.Length + cleanLabels.Length).Select(i => i % 2 == 0)]];
        ScanTest test = ScanTest.Of(features, labels, clean, cleanLabels, Classes, starts);

        Assert.DoesNotContain(Poisoned, test.Verdict(Math.E).Flagged!);
        FilterVerdict whole = test.Verdict(Math.E * Math.E, whole: true);
        Assert.Equal([Poisoned], whole.Flagged!);
        int[] poisons = [.. Enumerable.Range(labels.Length - 250, 250)];
        Assert.InRange(whole.Removed.Intersect(poisons).Count(), 240, 250);
        Assert.InRange(whole.Removed.Except(poisons).Count(), 0, 10);
    }

    // Poisons come last: their label is one of the large ones, their mean a place of its own. Rare classes are learnt less well,
    // so that their features scatter more.
    private static (Tensor Features, int[] Labels) Samples(
        Func<int, int> count, int poisons, double[][] means, ref RandomStream stream)
    {
        var rows = new List<double[]>();
        var labels = new List<int>();
        for (int c = 0; c < Classes; c++) Add(count(c), c, means[c], c < Small ? 2 : 1, ref stream);
        Add(poisons, Poisoned, [.. means[Poisoned].Select(m => m + 2.0)], 1, ref stream);
        return (tensor([.. rows.SelectMany(r => r)], [rows.Count, Directions]), [.. labels]);

        void Add(int samples, int label, double[] mean, double deviation, ref RandomStream stream)
        {
            for (int i = 0; i < samples; i++)
            {
                rows.Add([.. Noise(deviation, ref stream).Zip(mean, (a, b) => a + b)]);
                labels.Add(label);
            }
        }
    }

    private static double[] Noise(double deviation, ref RandomStream stream)
    {
        double[] values = new double[Directions];
        for (int i = 0; i < values.Length; i++) values[i] = deviation * stream.NextNormal();
        return values;
    }
}
