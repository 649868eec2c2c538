using FsCheck;
using FsCheck.Fluent;
using Postern.Evaluation;

namespace Postern.Tests.Evaluation;

public class RocCurveTests
{
    private static readonly Gen<double[]> Scores =
        Gen.Choose(1, 12).SelectMany(n => Gen.Choose(0, 6).Select(v => (double)v).ArrayOf(n));

    private static readonly Gen<(double[] Clean, double[] Triggered, bool Low)> Cases =
        from clean in Scores
        from triggered in Scores
        from low in Gen.Elements(true, false)
        select (clean, triggered, low);

    [Fact]
    public void The_area_is_the_share_of_pairs_that_are_in_order_with_ties_counted_half() =>
        Prop.ForAll(Cases.ToArbitrary(), drawn =>
        {
            (double[] clean, double[] triggered, bool low) = drawn;
            double wins = triggered.Sum(t => clean.Sum(c => t == c ? 0.5 : t < c == low ? 1 : 0));
            return Math.Abs(new RocCurve(clean, triggered, low).Area - wins / (clean.Length * triggered.Length)) < 1e-12;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithQuietOnSuccess(true));

    [Fact]
    public void Counts_over_levels_have_the_area_of_their_histograms()
    {
        var histogram = new DetectionResult(1, FewRaise: true, [3, 2, 4], [5, 1, 1]);
        double[] clean = [0, 0, 0, 1, 1, 2, 2, 2, 2], triggered = [0, 0, 0, 0, 0, 1, 2];
        Assert.Equal(histogram.Auroc, new RocCurve(clean, triggered, lowRaises: true).Area, 12);
    }

    [Fact]
    public void The_rate_at_few_false_positives_takes_the_threshold_that_finds_most_and_spares_the_clean_ones()
    {
        // Of twenty clean pictures one may be flagged: 9 and 8 find two, and with 7 a second clean one would be.
        double[] clean = [9, 7, .. Enumerable.Repeat(0.0, 18)], triggered = [9, 8, 7, 1];
        Assert.Equal(new Proportion(2, 4), new RocCurve(clean, triggered, lowRaises: false).TruePositivesAt(0.05));
        Assert.Equal(new Proportion(0, 4), new RocCurve([9, 9, 0], [9, 9, 9, 9], lowRaises: false).TruePositivesAt(0.05));
    }

    [Fact]
    public void Nothing_to_compare_has_no_area() => Assert.True(double.IsNaN(new RocCurve([], [1], lowRaises: false).Area));
}
