using Postern.Reports.Charts;

namespace Postern.Tests.Reports;

public class ChartTests
{
    [Theory]
    [InlineData(2.4, 2.5, 6)]
    [InlineData(0.07, 0.08, 5)]
    [InlineData(100, 100, 6)]
    [InlineData(0, 1, 6)]
    public void A_scale_ends_on_the_round_number_above(double largest, double max, int ticks)
    {
        ChartAxis axis = ChartAxis.UpTo(largest, "y");
        Assert.Equal(max, axis.Max, 9);
        Assert.Equal(ticks, axis.Ticks.Count);
    }

    [Theory]
    [InlineData(1, new double[] { 1 })]
    [InlineData(8, new double[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(100, new double[] { 10, 20, 30, 40, 50, 60, 70, 80, 90, 100 })]
    public void Epochs_get_whole_numbers(int last, double[] ticks) => Assert.Equal(ticks, ChartAxis.Epochs(last).Ticks);

    [Fact]
    public void Points_lie_within_the_axes_and_say_what_they_are()
    {
        var chart = new LineChart("title & more", ChartAxis.Epochs(2), ChartAxis.Percent("%"),
            [new ChartSeries("ACC", "acc", [new ChartPoint(1, 0, "<1>"), new ChartPoint(2, 100, "second")])]);
        string svg = chart.Draw().ToString();
        Assert.Contains("d=\"M38 162L328 28\"", svg, StringComparison.Ordinal);
        Assert.Contains("<title>epoch 1\nACC &lt;1&gt;</title>", svg, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"title &amp; more\"", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_curves_keep_every_point_of_the_line_and_at_most_41_markers()
    {
        ChartPoint[] points = [.. Enumerable.Range(1, 300).Select(e => new ChartPoint(e, e / 3.0, $"epoch {e}"))];
        string svg = new LineChart("", ChartAxis.Epochs(300), ChartAxis.Percent("%"),
            [new ChartSeries("ACC", "acc", points)]).Draw().ToString();
        Assert.Equal(299, svg.Count(c => c == 'L'));
        Assert.InRange(svg.Split("class=\"mark\"").Length - 2, 30, 41);
        Assert.Equal(300, svg.Split("<title>").Length - 1);
        Assert.Contains("epoch 300\nACC epoch 300<", svg, StringComparison.Ordinal);
    }
}
