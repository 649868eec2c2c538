using Postern.Probes;

namespace Postern.Tests.Probes;

public class ProbeFindingTests
{
    private static readonly ProbeFinding Whole = new([new("asr", "ASR", Quantity.Of(0.5, ProbeUnit.Share))])
    {
        Tables = [new("t", ["name", "number"], [["a", Quantity.Of(1)], ["b", new Quantity(1, 0, 2, ProbeUnit.Plain)]])],
        Curves = [new("c", "token", "steps", ProbeUnit.Plain, [new("clean", [0, 1], [2, 3]) { Low = [1, 2], High = [3, 4] }])],
        Maps = [ProbeMap.Of("m", ProbeUnit.Plain, columns: 2, [1, 2, 3, 4])],
    };

    [Fact]
    public void What_fits_together_contradicts_nothing() => Assert.Null(Whole.Contradiction());

    [Fact]
    public void Parts_that_do_not_fit_together_are_named()
    {
        Assert.Contains("two numbers are called asr",
            (Whole with { Numbers = [.. Whole.Numbers, .. Whole.Numbers] }).Contradiction(), StringComparison.Ordinal);
        Assert.Contains("1 entries for 2 columns",
            (Whole with { Tables = [Whole.Tables[0] with { Rows = [["a"]] }] }).Contradiction(), StringComparison.Ordinal);
        Assert.Contains("'clean' of 'c'",
            (Whole with { Curves = [Whole.Curves[0] with { Series = [new("clean", [0, 1], [2])] }] }).Contradiction(),
            StringComparison.Ordinal);
        Assert.Contains("4 values for 3 rows of 2", (Whole with { Maps = [Whole.Maps[0] with { Rows = 3 }] }).Contradiction(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.123456, ProbeUnit.Share, "12.35")]
    [InlineData(-0.41, ProbeUnit.Change, "-41.0")]
    [InlineData(3.5, ProbeUnit.Tokens, "3.5")]
    [InlineData(0.00012345678, ProbeUnit.Plain, "0.0001235")]
    [InlineData(2, ProbeUnit.Difference, "+2")]
    [InlineData(double.NaN, ProbeUnit.Share, "–")]
    public void Numbers_read_as_their_unit_asks(double value, ProbeUnit unit, string text) =>
        Assert.Equal(text, Quantity.Of(value, unit).ToString());

    [Fact]
    public void A_mean_over_pictures_has_the_interval_of_Student_s_t()
    {
        // Mean 2, standard error 1 / sqrt(3), t(2 degrees of freedom) = 4.302653.
        var mean = Quantity.MeanOf([1, 2, double.NaN, 3]);
        Assert.Equal(2, mean.Value, 12);
        Assert.Equal(2 - 4.302653 / Math.Sqrt(3), mean.Low, 6);
        Assert.Equal(2 + 4.302653 / Math.Sqrt(3), mean.High, 6);
        Assert.False(Quantity.MeanOf([1]).HasInterval);
        Assert.True(double.IsNaN(Quantity.MeanOf([]).Value));
    }

    [Fact]
    public void A_map_keeps_the_digits_that_a_reader_can_tell() => Assert.Equal([0.333333, double.NaN],
        ProbeMap.Of("m", ProbeUnit.Plain, columns: 2, [1.0 / 3, double.PositiveInfinity]).Values);
}
