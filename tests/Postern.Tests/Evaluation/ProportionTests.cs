using Postern.Evaluation;

namespace Postern.Tests.Evaluation;

public class ProportionTests
{
    [Theory]
    [InlineData(0, 10, 0.0, 0.2775328)]
    [InlineData(5, 10, 0.2365931, 0.7634069)]
    [InlineData(81, 263, 0.2552764, 0.3661955)]
    [InlineData(1000, 1000, 0.9961734, 1.0)]
    public void The_interval_is_wilsons(int hits, int total, double low, double high)
    {
        var share = new Proportion(hits, total);
        Assert.Equal((double)hits / total, share.Value, 1e-12);
        Assert.Equal(low, share.Low, 2e-4);
        Assert.Equal(high, share.High, 2e-4);
    }

    [Fact]
    public void Nothing_counted_is_not_a_number() => Assert.True(double.IsNaN(new Proportion(0, 0).Value));
}
