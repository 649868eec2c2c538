using Postern.Cli.Progress;

namespace Postern.Tests.Cli;

public class ProgressRowTests
{
    private const string Short = "study",
        Long = "imagenet100 / mambaout-femto / adaptive-patch (0.003, 0.006) + patch-shuffle seed 12";
    private static readonly string[] Facts = [" 42%", "12345 img/s", "59 min 59 s left", "loss 0.123", "ACC 93.4%  ASR 99.2%"];

    private static string Text(ProgressLine line) =>
        line.Before + new string('=', line.Filled) + new string('.', line.Bar - line.Filled) + line.After;

    [Theory]
    [InlineData(Short, 80, 1)]
    [InlineData(Long, 80, 2)]
    [InlineData(Long, 100, 2)]
    [InlineData(Long, 160, 1)]
    [InlineData(Long, 60, 2)]
    public void Name_bar_rate_and_time_left_are_within_the_width_in_two_lines_where_needed(string name, int width, int lines)
    {
        IReadOnlyList<ProgressLine> shown = new ProgressRow(name, 0.42, Facts).Lines(width);
        Assert.Equal(lines, shown.Count);
        Assert.All(shown, line => Assert.InRange(Text(line).Length, 1, width));
        Assert.InRange(shown[^1].Bar, ProgressRow.ShortestBar, ProgressRow.LongestBar);
        Assert.All(Facts[..3], fact => Assert.Contains(fact, shown[^1].After, StringComparison.Ordinal));
        Assert.StartsWith(name[..Math.Min(20, name.Length)], Text(shown[0]), StringComparison.Ordinal);
        Assert.EndsWith(name[^5..], shown[0].Before.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_keeps_its_shape_whatever_its_facts_are() => Assert.Equal(
        new ProgressRow(Long, 0.1, "1%").Lines(80).Select(l => l.Bar),
        new ProgressRow(Long, 0.9, Facts).Lines(80).Select(l => l.Bar));

    [Fact]
    public void The_bar_is_filled_by_the_share_that_is_done()
    {
        ProgressLine line = Assert.Single(new ProgressRow(Short, 0.5).Lines(80));
        Assert.Equal(line.Bar / 2.0, line.Filled, 0.51);
        Assert.Equal(0, new ProgressRow(Short, -1).Lines(80)[0].Filled);
        Assert.Equal(line.Bar, new ProgressRow(Short, 2).Lines(80)[0].Filled);
    }

    [Fact]
    public void What_finds_no_room_is_left_out_from_the_end()
    {
        string after = new ProgressRow(Short, 0.5, Facts).Lines(80)[0].After;
        Assert.Contains("59 min", after, StringComparison.Ordinal);
        Assert.DoesNotContain("ACC", after, StringComparison.Ordinal);
        Assert.Contains("ACC", new ProgressRow(Short, 0.5, Facts).Lines(140)[0].After, StringComparison.Ordinal);
    }
}
