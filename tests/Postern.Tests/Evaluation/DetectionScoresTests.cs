using Postern.Evaluation;

namespace Postern.Tests.Evaluation;

public class DetectionScoresTests
{
    private static readonly DetectionScores Counted = new(new ScoreScale("changed predictions", 2, LowRaises: false, Most: 3),
        TargetClass: 0,
    [
        new(0, false, 1, 1, 0), new(1, false, 1, 1, 2), new(2, false, 0, 0, 1), new(3, false, 2, 2, 0),
        new(0, true, 1, 0, 3), new(1, true, 1, 1, 0), new(3, true, 2, 0, 2),
    ]);

    [Fact]
    public void A_summary_counts_alarms_over_all_pictures_and_over_those_whose_attack_works()
    {
        Detection summary = Counted.Summary("drop", MeasuredWeights.Last, "scores-drop.csv");
        Assert.Equal(new Proportion(1, 4), summary.FalsePositives);
        Assert.Equal(new Proportion(2, 3), summary.All.TruePositives);
        Assert.Equal(new Proportion(2, 2), summary.Working!.TruePositives);
        // Clean 0, 2, 1, 0 against triggered 3, 0, 2: 4 + 1 + 3.5 of 12 pairs; without the second, 4 + 3.5 of 8.
        Assert.Equal(8.5 / 12, summary.All.Auroc, 12);
        Assert.Equal(7.5 / 8, summary.Working.Auroc, 12);
        Assert.Equal([new ScoreBin(0, 0, 2, 1), new ScoreBin(1, 1, 1, 0), new ScoreBin(2, 2, 1, 1), new ScoreBin(3, 3, 0, 1)],
            summary.Bins);
        Assert.Null(summary.Contradiction());
    }

    [Fact]
    public void Counted_scores_have_the_histograms_of_old_results_and_come_back_from_them()
    {
        Detection summary = Counted.Summary("drop", MeasuredWeights.Last, "scores-drop.csv");
        DetectionResult histogram = summary.Histogram()!;
        Assert.Equal((3, 2, false), (histogram.Trials, histogram.Threshold, histogram.FewRaise));
        Assert.Equal((summary.All.TruePositives, summary.FalsePositives), (histogram.TruePositives, histogram.FalsePositives));
        Assert.Equal(summary.All.Auroc, histogram.Auroc, 12);
        var again = Detection.Of("drop", histogram);
        Assert.Equal(summary.Bins, again.Bins);
        Assert.Equal((summary.Scale, summary.FalsePositives), (again.Scale, again.FalsePositives));
    }

    [Fact]
    public void Scores_that_are_any_numbers_are_counted_in_equal_intervals()
    {
        double[] scores = [.. Enumerable.Range(0, 101).Select(i => i / 50.0)];
        var measured = new DetectionScores(new ScoreScale("entropy", 0.5, LowRaises: true), TargetClass: 0,
            [.. scores.Select((s, i) => new PictureScore(i, i % 2 == 0, 1, 0, s))]);
        Detection summary = measured.Summary("strip", MeasuredWeights.Repaired, "scores-strip.csv");
        Assert.Equal((20, 0.0, 2.0), (summary.Bins.Count, summary.Bins[0].From, summary.Bins[^1].To));
        Assert.Equal((50, 51), (summary.Bins.Sum(b => b.Clean), summary.Bins.Sum(b => b.Triggered)));
        Assert.Null(summary.Histogram());
        Assert.Equal(scores.Where((s, i) => i % 2 == 0 && s <= 0.5).Count(), summary.All.TruePositives.Hits);
    }
}
