using Postern.Evaluation;

namespace Postern.Tests.Evaluation;

public class DetectionResultTests
{
    [Fact]
    public void Perfect_separation_has_an_area_of_one_and_the_wrong_side_none()
    {
        int[] clean = [10, 0, 0], triggered = [0, 0, 20];
        Assert.Equal(1, new DetectionResult(1, FewRaise: false, clean, triggered).Auroc);
        Assert.Equal(0, new DetectionResult(1, FewRaise: true, clean, triggered).Auroc);
    }

    [Fact]
    public void Equal_histograms_have_an_area_of_one_half() =>
        Assert.Equal(0.5, new DetectionResult(1, FewRaise: false, [3, 4, 5], [30, 40, 50]).Auroc, 12);

    [Fact]
    public void The_area_counts_pairs()
    {
        // Triggered 1 and 2 against clean 0 and 1: three wins and a tie of four pairs.
        Assert.Equal(3.5 / 4, new DetectionResult(1, FewRaise: false, [1, 1, 0], [0, 1, 1]).Auroc, 12);
    }

    [Theory]
    [InlineData(false, 1, 3, 2)]
    [InlineData(false, 0, 4, 4)]
    [InlineData(true, 1, 2, 3)]
    [InlineData(true, 0, 1, 2)]
    public void An_alarm_is_raised_at_the_threshold_and_beyond(bool few, int threshold, int triggered, int clean)
    {
        var result = new DetectionResult(threshold, few, [2, 1, 1], [1, 1, 2]);
        Assert.Equal((new Proportion(triggered, 4), new Proportion(clean, 4)), (result.TruePositives, result.FalsePositives));
        Assert.Equal(2, result.Trials);
    }
}
