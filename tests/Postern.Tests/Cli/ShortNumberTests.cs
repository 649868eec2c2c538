using Postern.Cli.Progress;

namespace Postern.Tests.Cli;

public class ShortNumberTests
{
    [Theory]
    [InlineData(0.042, "0.042")]
    [InlineData(0.00031, "0.00031")]
    [InlineData(0.4449, "0.44")]
    [InlineData(3.26, "3.3")]
    [InlineData(10.4, "10")]
    [InlineData(1234.5, "1234")]
    public void No_pace_is_shown_as_nothing(double perSecond, string shown) => Assert.Equal(shown, ShortNumber.Rate(perSecond));
}
